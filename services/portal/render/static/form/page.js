// Small parts of the page of a form: elements, times, dialogs, the bar at its foot with its notices.

const ZONE = { timeZone: "Asia/Ho_Chi_Minh", hour12: false };

export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name in made) made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

export function button(text, act, className = "") {
  return element("button", { type: "button", className, onclick: act }, text);
}

/** 10:32; with the day (27/11/2026) if that is not today. */
export function time(instant) {
  const at = new Date(instant), day = at.toLocaleDateString("vi-VN", { ...ZONE, day: "2-digit", month: "2-digit", year: "numeric" });
  const hour = at.toLocaleTimeString("vi-VN", { ...ZONE, hour: "2-digit", minute: "2-digit" });
  const today = new Date().toLocaleDateString("vi-VN", { ...ZONE, day: "2-digit", month: "2-digit", year: "numeric" });
  return day === today ? hour : `${hour} ngày ${day}`;
}

/** Puts the focus back to where it was, with the selection. */
export function focusKeeper() {
  const was = document.activeElement;
  const [start, end] = was && "selectionStart" in was ? [was.selectionStart, was.selectionEnd] : [null, null];
  return () => {
    if (!was?.isConnected || was === document.body) return;
    was.focus({ preventScroll: true });
    if (start !== null) was.setSelectionRange(start, end);
  };
}

/** A modal dialog. `buttons` are [text, answer, class]; resolves with the answer, or null when it was closed. `ready(answer)` may refuse. */
export function ask(title, content, buttons, { role = "dialog", ready = () => true } = {}) {
  const giveBack = focusKeeper();
  const name = `hop-${Math.random().toString(36).slice(2)}`;
  const box = element("dialog", { className: "ask", role });
  box.setAttribute("aria-labelledby", name);
  const heading = element("h2", { id: name, tabIndex: -1 }, title);
  return new Promise((resolve) => {
    let answer = null;
    const choose = (value) => { if (ready(value)) { answer = value; box.close(); } };
    box.append(heading, content, element("p", { className: "buttons" }, ...buttons.map(([text, value, className]) => button(text, () => choose(value), className ?? ""))));
    box.addEventListener("close", () => { box.remove(); giveBack(); resolve(answer); });
    box.closeWith = (value) => { answer = value; box.close(); };
    content.asked?.(box);
    document.body.append(box);
    box.showModal();
    heading.focus();
  });
}

/** The bar at the foot: the state of the draft, the filter, and above them notices, one of each kind. */
export class Bar {
  constructor(main) {
    this.notices = element("div", { className: "notices" });
    this.state = element("strong", { className: "state" });
    this.spoken = element("p", { className: "hidden", role: "status" });
    this.tools = element("div", { className: "tools" }, this.state);
    main.append(element("section", { className: "form-bar", ariaLabel: "Bản nháp" }, this.notices, this.tools, this.spoken));
    document.documentElement.classList.add("has-form-bar");
  }

  /** Says something to screen readers, also if it is what was said last. */
  say(text) {
    this.spoken.textContent = "";
    setTimeout(() => { this.spoken.textContent = text; }, 50);
  }

  notice(kind, text, ...actions) {
    const old = this.notices.querySelector(`[data-kind="${kind}"]`);
    if (old?.dataset.text === text) return old;
    const made = element("div", { className: "form-notice" }, element("p", {}, text), ...(actions.length ? [element("p", { className: "buttons" }, ...actions)] : []));
    Object.assign(made.dataset, { kind, text });
    old ? old.replaceWith(made) : this.notices.append(made);
    this.say(text);
    return made;
  }

  clear(kind) {
    this.notices.querySelector(`[data-kind="${kind}"]`)?.remove();
  }
}
