// Copies of unsaved text in this browser, one for each window: what a killed browser leaves behind is offered when the form is opened again.
// Logging out clears the browser's storage; a window that is still open then writes none any more (the mark is gone).

const PREFIX = "tonghop-nhap";
const MARK = `${PREFIX}-phien`;

export class LocalCopies {
  constructor(person, path, form) {
    this.start = `${PREFIX}/${person}/${path}/`;
    this.key = this.start + form;
    this.text = "";
    this.renew();
    navigator.locks?.request(this.key, () => new Promise(() => {}));  // held while the window lives
  }

  renew() { this.isOpen = this.try(() => { localStorage.setItem(MARK, "1"); return true; }) ?? false; }

  try(act) {
    try { return act(); } catch (error) { if (error instanceof DOMException) return null; throw error; }  // storage is full or forbidden
  }

  /** Keeps the unsaved fields; returns whether they are kept. */
  keep(version, fields) {
    if (!Object.keys(fields).length) { this.remove(); return true; }
    if (!this.isOpen || this.try(() => localStorage.getItem(MARK)) !== "1") { this.isOpen = false; return false; }
    const text = JSON.stringify({ version, at: new Date().toISOString(), fields });
    return this.try(() => { localStorage.setItem(this.key, text); return true; }) ?? false;
  }

  remove() { this.try(() => localStorage.removeItem(this.key)); }

  /** What windows that are closed have left, newest first: [{key, version, at, fields}]. */
  async left() {
    const held = new Set((await navigator.locks?.query())?.held.map((lock) => lock.name));
    const keys = this.try(() => Object.keys(localStorage)) ?? [];
    return keys.filter((key) => key.startsWith(this.start) && key !== this.key && !held.has(key))
      .map((key) => ({ key, ...this.read(key) })).filter((one) => one.fields)
      .sort((one, other) => (one.at < other.at ? 1 : -1));
  }

  read(key) {
    try { return JSON.parse(localStorage.getItem(key)); } catch { localStorage.removeItem(key); return null; }  // not written by us
  }

  drop(copies) { for (const one of copies) this.try(() => localStorage.removeItem(one.key)); }
}

/** Removes the copies of a form that was sent (`path`), or all of them. */
export function removeCopies(path = "") {
  for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX) && (!path || key.includes(`/${path}/`))) localStorage.removeItem(key);
}
