// Keys of a long form: Enter and ↓ go to the next field, ↑ back, Enter never sends; Ctrl+S saves the draft. And the filter of its lines.

import { folded, isSeen } from "./fields.js";
import { element } from "./page.js";

const isWalked = (one) => one.matches("input:not([type=hidden], [type=checkbox], [type=radio]), select, textarea") && !one.disabled && !one.readOnly;

function walk(form, from, step) {
  const all = [...form.elements];
  for (let at = all.indexOf(from) + step; at >= 0 && at < all.length; at += step) {
    if (!isWalked(all[at]) || !isSeen(all[at])) continue;
    all[at].focus();
    if (all[at].select) all[at].select();
    return;
  }
}

export function keys(form, save) {
  form.addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey || target.tagName !== "INPUT") return;  // an input method is composing a letter
    const step = key === "Enter" ? (event.shiftKey ? -1 : 1) : event.shiftKey ? 0 : { ArrowDown: 1, ArrowUp: -1 }[key] ?? 0;
    if (!step) return;
    event.preventDefault();
    walk(form, target, step);
  });
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.key.toLowerCase() !== "s") return;
    event.preventDefault();
    save();
  });
}

/** A box that hides the lines without these words. It hides by a class: the fields stay in the form. */
export function filter(form, bar) {
  const lines = [...form.querySelectorAll(".line, section > .box")];
  const groups = [...form.querySelectorAll("section, details")].map((group) => [group, lines.filter((line) => group.contains(line))]).filter(([, held]) => held.length);
  const words = new Map();
  const box = element("input", { type: "search", autocomplete: "off", maxLength: 100, id: "loc-bieu", placeholder: "Tìm chỉ tiêu" });
  const count = element("span", { className: "note" });
  const wordsOf = (line) => {
    if (!words.has(line)) words.set(line, folded([...line.querySelectorAll("legend, label")].map((one) => one.textContent).join(" ")));
    return words.get(line);
  };
  const apply = () => {
    const asked = folded(box.value).split(" ").filter(Boolean);
    for (const line of lines) line.classList.toggle("is-out", !asked.every((word) => wordsOf(line).includes(word)));
    for (const [group, held] of groups) group.classList.toggle("is-out", held.every((line) => line.classList.contains("is-out")));
    const seen = lines.filter((line) => !line.classList.contains("is-out")).length;
    count.textContent = asked.length ? `${seen} / ${lines.length} mục` : "";
    if (asked.length) bar.say(`Hiện ${seen} trên ${lines.length} mục.`);
  };
  const clear = () => { box.value = ""; apply(); };
  box.addEventListener("input", apply);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") clear();
    if (event.key === "Enter" && !event.isComposing) { event.preventDefault(); walk(form, null, 1); }
  });
  document.addEventListener("click", (event) => {  // a link to a field that is hidden shows it
    const link = event.target.closest?.("a[href^='#']");
    if (link && document.getElementById(link.hash.slice(1))?.closest(".is-out")) clear();
  });
  bar.tools.append(element("label", { className: "filter", htmlFor: "loc-bieu" }, element("span", { className: "hidden" }, "Tìm chỉ tiêu trong biểu"), box), count);
  if (lines.length < 2) bar.tools.lastChild.previousSibling.hidden = true;
}
