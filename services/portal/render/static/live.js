// Keeps the open page as new as its view. Of the visible tabs of a browser one leads: it has the only stream, and tells the others.
"use strict";
(() => {
  const main = () => document.querySelector("main");
  const note = document.getElementById("live-note");
  const printed = document.getElementById("printed");
  const parts = { timeZone: "Asia/Ho_Chi_Minh", day: "2-digit", month: "2-digit", year: "numeric", hour: "2-digit", minute: "2-digit" };
  const now = () => new Date().toLocaleString("en-GB", parts).replace(",", "");  // 27/11/2026 09:30
  const margins = new CSSStyleSheet();  // of printed pages: unit, title and time on each, where the browser knows boxes in the margins
  const quoted = (text) => `"${text.replace(/["\\\n\r\f]/g, (one) => `\\${one.charCodeAt(0).toString(16)} `)}"`;
  const box = (name, text) => `@${name} { content: ${quoted(text)}; font: 9pt sans-serif; }`;
  if (printed) addEventListener("beforeprint", () => {
    const title = document.title.replace(/ – Tổng Hợp$/, ""), of = document.body.dataset.of;
    margins.replaceSync(`@page { ${box("top-left", title)} ${box("top-right", of && !title.includes(of) ? of : "Tổng Hợp")} ${box("bottom-left", `In lúc ${now()}`)} }`);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets.filter((one) => one !== margins), margins];
    printed.textContent = margins.cssRules[0]?.cssRules?.length ? "" : `In lúc ${now()}`;
  });
  if (!main()?.dataset.live || !window.EventSource || !window.BroadcastChannel) return;

  // ---- One stream per browser ----
  const MOST = 40, me = Math.random().toString(36).slice(2);
  const address = main().dataset.live.slice("/live/".length).replace("?cumulative=true", "/luy-ke");
  const others = new BroadcastChannel("tonghop-live");
  const pages = new Map(), heard = new Map();  // of the leader: which tab shows what, and the positions of what is shown
  let source = null, wait = 0, resign = null, waiting = null, retry = 3000;

  function open() {
    const of = [...new Set(pages.values())].sort().slice(0, MOST).join(",");
    if (source?.of === of && source.readyState !== EventSource.CLOSED) return;
    source?.close();
    source = new EventSource(`/live/views?of=${encodeURIComponent(of)}`);
    source.of = of;
    source.onopen = () => { retry = 3000; };
    source.addEventListener("view", (event) => {
      const news = JSON.parse(event.data);
      heard.set(news.of, news.position);
      others.postMessage(news);
      hear(news);
    });
    source.onerror = (event) => {
      if (event.target !== source || source.readyState !== EventSource.CLOSED) return;
      retry = Math.min(2 * retry, 60000);
      wait = setTimeout(open, retry);
    };
  }
  function shows(tab, what) {
    what ? pages.set(tab, what) : pages.delete(tab);
    clearTimeout(wait);
    wait = setTimeout(open, 100);
    if (heard.has(what)) others.postMessage({ of: what, position: heard.get(what) });
  }
  function lead() {
    pages.clear();
    shows(me, address);
    others.postMessage({ ask: true });
    return new Promise((resolve) => { resign = resolve; });
  }
  function begin() {
    if (document.hidden || waiting) return;
    waiting = new AbortController();
    others.postMessage({ tab: me, shows: address });
    if (!navigator.locks) { lead(); return; }  // without TLS, from elsewhere: every visible tab leads
    navigator.locks.request("tonghop-live", { signal: waiting.signal }, lead).catch(() => {});
  }
  function end() {
    waiting?.abort();
    waiting = null;
    clearTimeout(wait);
    source?.close();
    source = null;
    heard.clear();
    if (resign) resign(); else others.postMessage({ tab: me });
    resign = null;
  }
  others.onmessage = ({ data }) => {
    if (data.of) hear(data);
    else if (data.ask && waiting) others.postMessage({ tab: me, shows: address });
    else if (data.tab && resign) shows(data.tab, data.shows);
  };
  document.addEventListener("visibilitychange", () => (document.hidden ? end() : begin()));
  addEventListener("pagehide", end);
  addEventListener("pageshow", begin);

  // ---- Catching up ----
  let newest = null, busy = false;
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const isBehind = () => newest !== null && newest !== main().dataset.position;
  const isTyped = (box) => box.type === "checkbox" || box.type === "radio" ? box.checked !== box.defaultChecked
    : box.tagName === "SELECT" ? [...box.options].some((one) => one.selected !== one.defaultSelected) : box.value !== box.defaultValue;
  const isEdited = () => "edited" in main().dataset || [...main().querySelectorAll("form[method=post] :is(textarea, input, select)")].some(isTyped);

  function hear({ of, position }) {
    if (of !== address) return;
    newest = position;
    if (isBehind()) catchUp();
  }
  function say(text, label) {
    note.textContent = text;
    if (!label) return;
    const button = note.appendChild(document.createElement("button"));
    button.type = "button";
    button.textContent = label;
    button.onclick = () => location.reload();
  }
  async function catchUp() {
    if (busy) return;
    busy = true;
    for (let tries = 0; isBehind() && waiting && tries < 8; tries++) {
      if (isEdited()) { say("Có số liệu mới. Phần đang nhập được giữ nguyên. ", "Tải lại trang"); break; }
      try {
        const headers = { "Tonghop-By-Itself": "1", "If-None-Match": `W/"${main().dataset.position}"` };
        const answer = await fetch(location.href, { cache: "no-store", redirect: "manual", headers });
        if (answer.type === "opaqueredirect" || [401, 403, 404].includes(answer.status)) { say("Trang này không tự cập nhật được nữa. ", "Tải lại trang"); break; }
        if (answer.ok) {
          const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main");
          if (isEdited()) continue;
          if (fresh.dataset.position !== main().dataset.position) tries = 0;
          swap(fresh);
          say(`Cập nhật lúc ${now()}`);
        } else if (answer.status !== 304) throw new Error(answer.status);
        await pause(500);
      } catch { await pause(5000); }
    }
    busy = false;
  }

  // What the person has opened, typed or chosen stays as it is.
  function keeps(name, element) {
    if (name === "open") return element.tagName === "DETAILS" || element.tagName === "DIALOG";
    return ["value", "checked", "selected"].includes(name) && element.matches("input, option") && isTyped(element.closest("select") ?? element);
  }
  function swap(fresh) {
    const link = document.activeElement?.getAttribute("href");
    Idiomorph.morph(main(), fresh, { ignoreActiveValue: true, callbacks: { beforeAttributeUpdated: (name, element) => !keeps(name, element) } });
    if (link && document.activeElement === document.body) main().querySelector(`[href="${CSS.escape(link)}"]`)?.focus({ preventScroll: true });
  }

  begin();
})();
