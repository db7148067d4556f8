// Asks again for a page that waits for something: what it says is brought up to date, and at the end the page is loaded anew, once.
// Without scripts the page reloads itself by the clock.
"use strict";
(() => {
  const every = 1000 * document.currentScript.dataset.every;
  async function ask() {
    try {
      const answer = await fetch(location.href, { cache: "no-store" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (!page.querySelector("script[data-every]")) return location.reload();
      for (const one of document.querySelectorAll("[data-waits]")) one.innerHTML = page.getElementById(one.id)?.innerHTML ?? one.innerHTML;
    } catch { /* the portal is away for a moment */ }
    setTimeout(ask, every);
  }
  setTimeout(ask, every);
})();
