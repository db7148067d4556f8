// Shows the state of each field that was typed in and of the page, and what the server has understood. Never an error while somebody types.

import { time } from "./form_page.js";

const TEXTS = { "": "Chưa có thay đổi", unsaved: "Chưa lưu", local: "Mới lưu trên máy này" };

export class States {
  constructor(draft, bar) {
    Object.assign(this, { draft, bar, touched: new Set() });
    this.places = new Map([...draft.fields.form.querySelectorAll(".saved")].map((place) => [place.dataset.for, place]));
    draft.addEventListener("state", () => this.show());
    draft.addEventListener("understood", ({ detail }) => this.understood(detail));
  }

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
      const place = document.getElementById(`${this.draft.fields.byName.get(name).id}-hieu`);
      if (place) place.textContent = understood[name] ?? "";
    }
  }
}
