// Two texts of the same fields side by side, field by field; the person chooses, and nothing is chosen for him.

import { ask, button, element } from "./page.js";

/** A text in which the part that differs from another one is marked. */
function marked(text, other) {
  const most = Math.min(text.length, other.length);
  let start = 0, end = 0;
  while (start < most && text[start] === other[start]) start += 1;
  while (end < most - start && text.at(-1 - end) === other.at(-1 - end)) end += 1;
  const middle = text.slice(start, text.length - end);
  return [text.slice(0, start), ...(middle ? [element("mark", {}, middle)] : []), text.slice(text.length - end)];
}

function side(name, value, heading, shown, other) {
  const text = shown ? marked(shown, other) : [element("em", {}, "để trống")];
  return element("label", { className: "side" }, element("input", { type: "radio", name: `chon-${name}`, value }), element("span", {}, element("strong", {}, heading), element("span", { className: "text" }, ...text)));
}

/** Asks which text to take. `rows` are {name, mine, theirs, isMine}; resolves with a Map of "mine" and "theirs", or null if put off. */
export async function choose(fields, rows, { title, why, mine, theirs }) {
  const chosen = () => new Map(rows.map(({ name }) => [name, sheet.querySelector(`[name="chon-${CSS.escape(name)}"]:checked`)?.value]));
  const all = (value) => () => sheet.querySelectorAll(`input[value=${value}]`).forEach((one) => { one.checked = true; });
  const left = element("p", { className: "fault", role: "alert" });
  const sheet = element("div", { className: "differences" }, element("p", {}, why),
    element("p", { className: "buttons" }, button(`Chọn tất cả: ${mine}`, all("mine")), button(`Chọn tất cả: ${theirs}`, all("theirs"))),
    ...rows.map(({ name, mine: own, theirs: other, isMine = true }) => element("fieldset", {}, element("legend", {}, fields.label(name), ...(isMine ? [] : [element("span", { className: "note" }, " (ở đây chưa sửa ô này)")])),
      side(name, "mine", mine, fields.shown(name, own), fields.shown(name, other)), side(name, "theirs", theirs, fields.shown(name, other), fields.shown(name, own)))), left);
  const isComplete = (answer) => {
    const open = [...chosen()].filter(([, value]) => !value).map(([name]) => name);
    if (!answer || !open.length) return true;
    left.textContent = `Còn ${open.length} ô chưa chọn.`;
    sheet.querySelector(`[name="chon-${CSS.escape(open[0])}"]`).focus();
    return false;
  };
  const answer = await ask(title, sheet, [["Áp dụng", true, "main"], ["Để sau", false]], { ready: isComplete });
  return answer ? chosen() : null;
}
