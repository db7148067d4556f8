// Hears that a view changed, fetches this page again and puts its <main> in place of the old one.
"use strict";
(() => {
  const main = () => document.querySelector("main");
  if (!main().dataset.live || !window.EventSource) return;
  const note = document.getElementById("live-note");
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  let behind = false, busy = false;

  async function catchUp() {
    if (busy) return;
    busy = true;
    while (behind) {
      behind = false;
      try {
        const answer = await fetch(location.href, { cache: "no-store", headers: { "Tonghop-By-Itself": "1" } });
        if (!answer.ok) throw new Error(answer.status);
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main");
        const focused = main().contains(document.activeElement) && document.activeElement.getAttribute("href");
        main().replaceWith(document.adoptNode(fresh));
        if (focused) main().querySelector(`[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
        note.textContent = `Cập nhật lúc ${new Date().toLocaleTimeString("vi-VN", { timeZone: "Asia/Ho_Chi_Minh", hour12: false })}`;
        await pause(500);
      } catch { behind = true; await pause(5000); }
    }
    busy = false;
  }

  function listen() {
    const source = new EventSource(main().dataset.live);
    source.addEventListener("view", (event) => {
      if (event.lastEventId !== main().dataset.position) { behind = true; catchUp(); }
    });
    source.onerror = () => { if (source.readyState === EventSource.CLOSED) setTimeout(listen, 5000); };
  }
  listen();
})();
