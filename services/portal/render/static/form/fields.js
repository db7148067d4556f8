// The fields of a form by name: their text as it is sent, their labels, and which of them can be seen.

const OURS = /^(?:[vndugt]\..+|ly_do)$/;
const VALUES = /^[vnd]\./;

export const lines = (text) => text.replace(/\r\n?/g, "\n");

/** Lower case without accents: "Văn Quan" is found by "van quan". */
export const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/[đĐ]/g, "d").toLowerCase().replace(/\s+/g, " ").trim();

export const isSeen = (one) => !one.closest("details:not([open])") && one.getClientRects().length > 0;

export class Fields {
  constructor(form) {
    this.form = form;
    this.byName = new Map();
    for (const control of form.elements) if (OURS.test(control.name ?? "")) this.byName.set(control.name, control);
  }

  names() { return [...this.byName.keys()]; }

  text(name) {
    const control = this.byName.get(name);
    if (control.type === "checkbox") return control.checked ? control.value : "";
    return lines(control.value);
  }

  /** The text that the server has put into the field. */
  original(name) {
    const control = this.byName.get(name);
    if (control.type === "checkbox") return control.defaultChecked ? control.value : "";
    if (control.options) return ([...control.options].find((option) => option.defaultSelected) ?? control.options[0]).value;
    return lines(control.defaultValue);
  }

  put(name, text) {
    const control = this.byName.get(name);
    if (control.type === "checkbox") { control.checked = text !== ""; return; }
    if (control.options && ![...control.options].some((option) => option.value === text)) control.add(new Option(text, text));
    control.value = text;
    if (text && control.closest("details")) control.closest("details").open = true;
  }

  /** What a text means to people: of a choice its label, of a box whether it is ticked. */
  shown(name, text) {
    const control = this.byName.get(name);
    if (control?.type === "checkbox") return text ? "có đánh dấu" : "không đánh dấu";
    if (control?.options) return [...control.options].find((option) => option.value === text)?.text ?? text;
    return text;
  }

  label(name) {
    const control = this.byName.get(name);
    if (!control) return name;
    const own = control.labels[0]?.textContent ?? name;
    const whole = control.closest("fieldset")?.querySelector("legend")?.textContent;
    const part = control.type === "checkbox" ? control.closest(".line")?.querySelector("legend, label")?.textContent : whole;
    return [part, own].filter(Boolean).join(": ").replace(/\s+/g, " ").trim();
  }

  /** The fields of values from one on, in the order of the page, that can be filled. */
  valuesFrom(control) {
    const all = [...this.byName.values()].filter((one) => VALUES.test(one.name));
    return all.slice(all.indexOf(control)).filter((one) => !one.disabled && !one.readOnly && isSeen(one));
  }
}
