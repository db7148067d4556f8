// A column or a block of cells, copied from a spreadsheet, fills the fields from the one on in which it is pasted, skipping locked ones: after
// a preview, and with one undo. What the texts mean is asked of the server, which reads numbers everywhere.

import { folded } from "./fields.js";
import { ask, button, element } from "./page.js";

const MOST_LETTERS = 100;  // of a field, as its maxlength

/** The rows of cells in a text as spreadsheets copy it: tabs, lines, and quotes around a cell that has any of them. */
export function cells(text) {
  const rows = [[]];
  const part = /("(?:[^"]|"")*"(?=[\t\r\n]|$)|[^\t\r\n]*)(\t|\r\n|\n|\r|$)/gy;
  for (let found = part.exec(text); found; found = part.exec(text)) {
    const [, cell, end] = found;
    rows.at(-1).push((/^".*"$/s.test(cell) ? cell.slice(1, -1).replaceAll('""', '"') : cell).replace(/[\s\u00a0]+/g, " ").trim());
    if (end === "") break;
    if (end !== "\t") rows.push([]);
    if (part.lastIndex === text.length && end !== "\t") break;
  }
  if (rows.at(-1).length === 0) rows.pop();
  return rows;
}

/** Which text goes where: [{control, text, note}]; a note says why nothing is filled in. */
function plan(texts, controls) {
  return controls.slice(0, texts.length).map((control, place) => {
    const text = texts[place];
    if (!text) return { control, text, note: "ô trống, giữ nguyên" };
    if (text.length > MOST_LETTERS) return { control, text, note: `dài quá ${MOST_LETTERS} ký tự, bỏ qua` };
    if (!control.options) return { control, text };
    const option = [...control.options].find((one) => one.value && [one.value, one.text].some((word) => folded(word) === folded(text)));
    return option ? { control, text: option.value } : { control, text, note: "không có trong danh sách, bỏ qua" };
  });
}

async function read(address, filled) {
  try {
    const fields = Object.fromEntries(filled.filter(({ control }) => !control.options).map(({ control, text }) => [control.name, text]));
    const answer = await fetch(address, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ fields }), signal: AbortSignal.timeout(10000) });
    return answer.ok ? await answer.json() : null;
  } catch { return null; }  // without a connection the preview does without
}

function preview(fields, planned, said, extra) {
  const heard = ({ control, text, note }) => {
    if (note) return note;
    if (control.options) return fields.shown(control.name, text);
    return said?.understood[control.name] ?? "";
  };
  const unread = said?.unread.length;
  const filled = planned.filter(({ note }) => !note).length;
  const head = ["Ô", "Hiện có", "Sẽ điền", "Hiểu là"];
  const row = (one) => element("tr", { className: said?.unread.includes(one.control.name) ? "unread" : "" }, element("th", { scope: "row" }, fields.label(one.control.name)), ...[fields.text(one.control.name), one.note ? "" : one.text, heard(one)].map((text, place) => element("td", { className: place < 2 ? "num" : "" }, text)));
  const table = element("table", {}, element("thead", {}, element("tr", {}, ...head.map((text) => element("th", { scope: "col" }, text)))), element("tbody", {}, ...planned.map(row)));
  const sum = [`Điền ${filled} ô`, planned.length - filled && `giữ nguyên ${planned.length - filled} ô`, unread && `chưa hiểu ${unread} ô (vẫn điền đúng như đã dán để sửa)`, extra && `thừa ${extra} ô không có chỗ`].filter(Boolean).join("; ");
  const unchecked = said ? [] : [element("p", {}, "Chưa hỏi được máy chủ hiểu các số này thế nào.")];
  const scroll = element("div", { className: "scroll", tabIndex: 0, role: "region", ariaLabel: "Bảng: các ô sẽ điền" }, table);
  return element("div", {}, element("p", {}, `${sum}.`), ...unchecked, scroll);
}

export class Pasting {
  constructor(fields, bar, address, changed) {
    Object.assign(this, { fields, bar, address, changed });
    fields.form.addEventListener("paste", (event) => this.pasted(event));
    fields.form.addEventListener("input", () => { this.isLast = false; });
    document.addEventListener("keydown", (event) => {
      if (this.isLast && (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "z") { event.preventDefault(); this.undo(); }
    });
  }

  pasted(event) {
    const controls = this.fields.valuesFrom(event.target);
    if (controls[0] !== event.target) return;
    const texts = cells(event.clipboardData.getData("text/plain")).flat();
    if (texts.length < 2) return;  // one cell is pasted as any text
    event.preventDefault();
    this.offer(texts, controls);
  }

  async offer(texts, controls) {
    const planned = plan(texts, controls), filled = planned.filter(({ note }) => !note);
    const said = await read(this.address, filled);
    const content = preview(this.fields, planned, said, texts.length - planned.length);
    const answer = await ask(`Dán ${texts.length} ô từ bảng tính`, content, [["Điền vào biểu", true, "main"], ["Không dán", false]]);
    if (!answer) return;
    this.before = filled.map(({ control, text }) => [control.name, this.fields.text(control.name), text]);
    this.put(filled.map(({ control, text }) => [control.name, text]));
    this.isLast = true;
    this.bar.notice("paste", `Đã dán ${filled.length} ô.`, button("Hoàn tác dán", () => this.undo()), button("Đóng", () => this.bar.clear("paste")));
  }

  put(texts) {
    for (const [name, text] of texts) this.fields.put(name, text);
    this.changed(texts.map(([name]) => name));
  }

  /** Puts back what was there; a field that was typed in since stays as it is. */
  undo() {
    const same = this.before.filter(([name, , pasted]) => this.fields.text(name) === pasted);
    this.put(same);
    this.isLast = false;
    this.bar.clear("paste");
    this.bar.say(`Đã hoàn tác: ${same.length} ô trở lại như trước khi dán.`);
    this.fields.byName.get(this.before[0][0]).focus();
  }
}
