// Shows the state of each field that was typed in and of the page, and what the server has understood. Never an error while somebody types.

import { element, time } from "./page.js";

const TEXTS = { "": "Chưa có thay đổi", unsaved: "Chưa lưu", local: "Mới lưu trên máy này" };

export class States {
  constructor(draft, bar) {
    Object.assign(this, { draft, bar, touched: new Set() });
    this.places = new Map([...draft.fields.form.querySelectorAll(".saved")].map((place) => [place.dataset.for, place]));
    for (const name of draft.fields.names()) if (!this.places.has(name)) this.places.set(name, this.made(name));
    draft.addEventListener("state", () => this.show());
    draft.addEventListener("understood", ({ detail }) => this.understood(detail));
  }

  /** A place beside a field: the page of a long form comes without them. */
  made(name) {
    const control = this.draft.fields.byName.get(name), place = element("span", { className: "saved" });
    place.dataset.for = name;
    (this.meaning(control) ?? control.closest("label") ?? control).after(" ", place);
    return place;
  }

  meaning(control) { return document.getElementById(`${control.id}-hieu`); }

  touch(name) {
    this.touched.add(name);
    document.querySelector("main").dataset.edited = "";
  }

  show() {
    const { draft, bar } = this;
    for (const name of draft.changed()) this.touched.add(name);
    for (const name of this.touched) if (this.places.has(name)) this.put(this.places.get(name), draft.stateOf(name), draft.savedAt.get(name));
    this.put(bar.state, draft.state, draft.lastSaved);
  }

  put(place, state, at) {
    const text = state === "saved" ? `Đã lưu ${time(at)}` : TEXTS[state];
    if (place.textContent === text) return;
    place.textContent = text;
    place.dataset.state = state;
  }

  understood({ names, understood }) {
    for (const name of names) {
      const control = this.draft.fields.byName.get(name), place = this.meaning(control);
      if (!place) continue;
      place.textContent = understood[name] ?? "";
      const described = (control.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean);
      if (!described.includes(place.id)) control.setAttribute("aria-describedby", [...described, place.id].join(" "));
    }
  }
}
