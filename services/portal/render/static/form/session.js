// Warns before the session ends, and lets it be prolonged as often as wanted, up to the hour at which it ends in any case. Times are the
// server's: the clock of this computer may be wrong, or be set while the page is open.

import { ask, element, time } from "./page.js";

const BEFORE_S = 120;  // at least a minute must remain to read and to answer
const LOOK_S = 300;
const SPOKEN_EVERY_S = 15;
const ADDRESS = "/phien";

const clock = (s) => `${Math.floor(s / 60)}:${String(Math.floor(s % 60)).padStart(2, "0")}`;

export class Session extends EventTarget {
  constructor(bar, person) {
    super();
    Object.assign(this, { bar, person, isAsking: false });
    this.look();
    for (const back of ["focus", "online"]) addEventListener(back, () => this.look());
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.look(); });
  }

  /** Asks when the session ends, without prolonging it; `prolong` does. Resolves with "on", "ended", "other" (another person) or "away". */
  look({ prolong = false } = {}) {
    this.looking = this.lookNow(prolong);
    return this.looking;
  }

  async lookNow(prolong) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), LOOK_S * 1000);
    let answer;
    try {
      answer = await fetch(ADDRESS, { method: prolong ? "POST" : "GET", cache: "no-store", redirect: "manual", signal: AbortSignal.timeout(10000) });
    } catch { return this.is("away"); }  // the draft says so
    if (answer.status === 401 || answer.type === "opaqueredirect") return this.is("ended");
    if (!answer.ok) return this.is("away");
    const said = await answer.json();
    if (said.person && this.person && said.person !== this.person) return this.is("other");
    const asked = performance.now(), now = Date.parse(said.now);
    this.left = (until) => (Date.parse(said[until]) - now - (performance.now() - asked)) / 1000;
    this.ends = said.ends_at;
    this.plan();
    return this.is("on");
  }

  is(state) {
    this.dispatchEvent(new CustomEvent("session", { detail: state }));
    return state;
  }

  plan() {
    clearTimeout(this.timer);
    const idle = this.left("idle_ends_at"), end = this.left("ends_at");
    if (end <= BEFORE_S) this.lastMinutes();
    else this.bar.clear("end");
    if (idle <= BEFORE_S && idle < end) this.warn();
    else this.closeWarning?.();
    const next = Math.min(...[idle, end].map((left) => (left > BEFORE_S ? left - BEFORE_S : left)), LOOK_S);
    this.timer = setTimeout(() => this.look(), Math.max(1, next + 0.2) * 1000);
  }

  /** The session ends at its hour, and cannot be prolonged. No dialog: somebody may be typing. */
  lastMinutes() {
    this.bar.notice("end", `Phiên làm việc kết thúc lúc ${time(this.ends)} vì đã đủ thời gian tối đa, không gia hạn được. Nội dung đã gõ được giữ trong bản nháp; sau đó đăng nhập lại để làm tiếp.`);
  }

  /** Nobody has done anything for long. */
  async warn() {
    if (this.isAsking) return;
    this.isAsking = true;
    const left = element("strong", {}), spoken = element("p", { className: "hidden", role: "status" });
    const content = element("div", {}, element("p", {}, "Không có thao tác nào một thời gian. Phiên làm việc kết thúc sau ", left, ". Nội dung đã gõ được giữ trong bản nháp."), spoken);
    let said = Infinity;
    const tick = () => {
      const s = Math.max(0, this.left("idle_ends_at"));
      left.textContent = clock(s);
      if (said - s >= SPOKEN_EVERY_S) { said = s; spoken.textContent = `Còn ${Math.round(s)} giây.`; }
      if (s === 0) this.closeWarning?.();
    };
    tick();
    const ticking = setInterval(tick, 1000);
    content.asked = (box) => { this.closeWarning = () => box.closeWith("gone"); };
    const answer = await ask("Phiên làm việc sắp kết thúc", content, [["Tiếp tục làm việc", "on", "main"]], { role: "alertdialog" });
    clearInterval(ticking);
    this.closeWarning = null;
    this.isAsking = false;
    if (answer === "gone") return;
    if ((await this.look({ prolong: true })) === "on") this.bar.say("Đã gia hạn phiên làm việc.");
  }
}
