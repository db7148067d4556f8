// A number that can be read in two ways: asks at the foot of the page which one is meant, one field at a time. Nothing in the form moves.

import { button } from "./page.js";

export class Readings {
  constructor(draft, bar, changed) {
    Object.assign(this, { fields: draft.fields, bar, changed, open: new Map() });  // name: [{typed, shown}]
    draft.addEventListener("understood", ({ detail }) => this.heard(detail));
    this.fields.form.addEventListener("input", ({ target }) => this.close(target.name));
  }

  heard({ names, choices }) {
    for (const name of names) {
      if (choices[name]) this.open.set(name, choices[name]);
      else this.open.delete(name);
      for (const old of this.fields.form.querySelectorAll(`button[name=doc][value^="${CSS.escape(name)} "]`)) old.remove();
    }
    this.show();
  }

  close(name) { if (this.open.delete(name)) this.show(); }

  show() {
    const name = this.fields.names().find((one) => this.open.has(one));
    if (!name) { this.bar.clear("readings"); return; }
    const others = this.open.size > 1 ? ` Còn ${this.open.size - 1} ô khác như vậy.` : "";
    const choose = (typed) => () => {
      this.fields.put(name, typed);
      this.fields.byName.get(name).focus();
      this.close(name);
      this.changed([name]);
    };
    const buttons = this.open.get(name).map(({ typed, shown }) => button(`Hiểu là ${shown}`, choose(typed)));
    this.bar.notice("readings", `${this.fields.label(name)}: số ${this.fields.text(name)} có hai cách hiểu.${others}`, ...buttons);
  }
}
