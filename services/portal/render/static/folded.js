// Opens the folded part to which an address or a link leads.
"use strict";
(() => {
  const open = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const part = target && target.closest("details");
    if (!part) return;
    part.open = true;
    target.scrollIntoView();
  };
  addEventListener("hashchange", open);
  document.addEventListener("click", (event) => {  // to the part in the address already: no hashchange
    if (event.target.closest?.(`a[href="${location.hash}"]`)) open();
  });
  open();
})();
