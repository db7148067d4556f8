// Saves what is typed as the draft of the form: changed fields only, one request at a time, each naming the version that this window has seen.
// A field counts as saved only when the server has said so. Whatever else happens, the text stays in the page and in this browser.

import { lines } from "./fields.js";

const AFTER_KEY_MS = 1000, AT_MOST_MS = 5000;  // with the request: within 2 s of the last key, and while somebody types without a pause
const ANSWER_MS = 15000, LONGEST_WAIT_MS = 30000;
const LOCAL_MS = 200;
const KEEPALIVE_BYTES = 60000;  // browsers take 64 KiB of requests that outlive their page

export class Draft extends EventTarget {
  constructor(fields, local, { address, version, form }) {
    super();
    Object.assign(this, { fields, local, address, form, version: Number(version) || 0 });
    this.base = new Map(fields.names().map((name) => [name, fields.original(name)]));
    this.kept = new Map();      // name: the text that is in this browser's storage
    this.savedAt = new Map();   // name: when the server has confirmed it
    this.trouble = "";          // "", away, conflict, ended, gone, forbidden, other, large, waiting, refused
    this.failures = 0;
    this.sending = null;
  }

  changed() { return this.fields.names().filter((name) => this.fields.text(name) !== this.base.get(name)); }

  stateOf(name) {
    const text = this.fields.text(name);
    if (text === this.base.get(name)) return this.savedAt.has(name) ? "saved" : "";
    return this.kept.get(name) === text ? "local" : "unsaved";
  }

  get state() {
    const states = this.changed().map((name) => this.stateOf(name));
    return states.includes("unsaved") ? "unsaved" : states.length ? "local" : this.lastSaved ? "saved" : "";
  }

  tell(type = "state", detail = {}) { this.dispatchEvent(new CustomEvent(type, { detail })); }

  /** Something was typed: keeps it here soon, and saves it after a pause. */
  typed() {
    clearTimeout(this.localTimer);
    this.localTimer = setTimeout(() => this.keep(), LOCAL_MS);
    this.firstKey ??= performance.now();
    const wait = Math.min(AFTER_KEY_MS, Math.max(0, this.firstKey + AT_MOST_MS - performance.now()));
    if (!this.failures) this.later(wait);
    this.tell();
  }

  later(ms) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), ms);
  }

  /** Keeps the unsaved texts in this browser. */
  keep() {
    const names = this.changed();
    const texts = Object.fromEntries(names.map((name) => [name, this.fields.text(name)]));
    this.kept = new Map(this.local.keep(this.version, texts) ? Object.entries(texts) : []);
    this.tell();
  }

  get isStuck() { return !["", "away", "ended"].includes(this.trouble); }

  /** Saves what has changed. Resolves with whether everything is saved. */
  async save(over = false) {
    clearTimeout(this.timer);
    this.firstKey = undefined;
    while (this.sending) await this.sending;
    const names = this.changed();
    if (this.isStuck || !names.length) { this.keep(); return !this.isStuck; }
    this.sending = this.send(names, over).finally(() => { this.sending = null; });
    await this.sending;
    if (this.trouble || this.failures) return false;
    return this.changed().length ? this.save() : true;
  }

  async send(names, over) {
    const texts = Object.fromEntries(names.map((name) => [name, this.fields.text(name)]));
    const body = JSON.stringify({ version: this.version, form: this.form, fields: texts, ...(over ? { over } : {}) });
    const answer = await this.ask({ method: "PUT", body, keepalive: new Blob([body]).size < KEEPALIVE_BYTES });
    if (answer.status === 200) this.confirmed(texts, answer.said);
    else if (answer.status === 409) this.compare(answer.said);
    else this.failed(answer);
  }

  /** An answer of the server; status 0 if there was none, 401 if it leads to the login. */
  async ask(request) {
    const headers = { "Content-Type": "application/json", Accept: "application/json" };
    try {
      const answer = await fetch(this.address, { ...request, headers, redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(ANSWER_MS) });
      const isJson = answer.headers.get("Content-Type")?.includes("json");
      const status = answer.type === "opaqueredirect" ? 401 : answer.status;
      return { status, said: isJson ? await answer.json() : {}, wait: Number(answer.headers.get("Retry-After")) };
    } catch { return { status: 0, said: {} }; }  // no connection, or no answer in time: tried again
  }

  confirmed(texts, { version, saved_at: at, understood = {}, choices = {} }) {
    this.version = version;
    for (const [name, text] of Object.entries(texts)) { this.base.set(name, text); this.savedAt.set(name, at); }
    this.lastSaved = at;
    Object.assign(this, { trouble: "", failures: 0 });
    this.tell("understood", { names: Object.keys(texts), understood, choices });
    this.keep();
  }

  /** Somebody else, or another window, has saved since. Only an answer to this window that got lost is no conflict. */
  compare({ version, by, at, fields, newer, same, ended }) {
    if (ended) { this.trouble = "gone"; this.keep(); this.tell("trouble"); return; }
    const theirs = new Map([...fields.map((one) => [one.name, one.theirs]), ...Object.entries(newer)].map(([name, text]) => [name, lines(text)]));
    const rows = [];
    for (const [name, text] of theirs) {
      if (!this.base.has(name)) continue;
      const mine = this.fields.text(name), isMine = mine !== this.base.get(name);
      if (same || text === mine) { this.base.set(name, text); this.savedAt.set(name, at); }
      else rows.push({ name, mine, theirs: text, isMine });
    }
    if (rows.length) {
      this.trouble = "conflict";
      this.keep();
      this.tell("conflict", { rows, version, by, at });
      return;
    }
    Object.assign(this, { version, trouble: "", failures: 0 });
    this.keep();
    this.later(0);
  }

  /** The person has chosen: `chosen` is "mine" or "theirs" for each row of a conflict. */
  resolve({ rows, version }, chosen) {
    for (const { name, theirs } of rows) {
      this.base.set(name, theirs);
      if (chosen.get(name) === "theirs") this.fields.put(name, theirs);
    }
    this.version = version;
    Object.assign(this, { trouble: "", failures: 0 });
    this.keep();
    return this.save(true);
  }

  failed({ status, said, wait }) {
    this.failures += 1;
    this.trouble = { 401: "ended", 403: "forbidden", 413: "large", 423: "waiting" }[status] ?? (status >= 400 && status < 500 && status !== 429 && status !== 408 ? "refused" : "away");
    this.keep();
    this.tell("trouble", { said });
    if (this.trouble === "away") this.later((wait * 1000 || Math.min(LONGEST_WAIT_MS, 1000 * 2 ** this.failures)) * (0.75 + Math.random() / 2));
  }

  /** Tries again at once: the connection or the session is back, or the person wants it. */
  retry() {
    if (["conflict", "gone", "other", "waiting"].includes(this.trouble)) return false;  // a person must decide first
    Object.assign(this, { trouble: "", failures: 0 });
    return this.save();
  }

  /** The page may be gone in a moment. */
  leave() {
    this.keep();
    if (!this.sending) this.save();
  }
}
