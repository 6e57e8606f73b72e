"use strict";
/* Every page can be read without this: it filters by person, opens what a link leads to, and opens all for printing. */
(() => {
  const all = (query, root = document) => [...root.querySelectorAll(query)];

  const pick = document.getElementById("pick");
  if (pick) {
    const show = () => {
      for (const part of all("[data-person]")) {
        part.hidden = pick.value !== "" && ![part.dataset.person, part.dataset.also].includes(pick.value);
      }
      for (const whole of all("main > section:not([data-person])")) {
        const parts = all("[data-person]", whole);
        whole.hidden = parts.length > 0 && parts.every((part) => part.hidden);
      }
    };
    pick.addEventListener("change", show);
    pick.closest("[hidden]").hidden = false;
    show();
  }

  const reveal = () => {
    const found = document.getElementById(location.hash.slice(1));
    const closed = found && found.closest("details");
    if (!closed) return;
    closed.open = true;
    found.scrollIntoView({ block: "nearest" });
    found.focus({ preventScroll: true });
  };
  addEventListener("hashchange", reveal);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (link && link.hash === location.hash) reveal();
  });
  reveal();

  for (const button of all("button.all")) {
    const days = all("details", button.closest("section"));
    button.closest("[hidden]").hidden = false;
    button.addEventListener("click", () => {
      const open = !days.every((day) => day.open);
      for (const day of days) day.open = open;
    });
  }

  let opened = [];
  addEventListener("beforeprint", () => {
    opened = all("details:not([open])");
    for (const part of opened) part.open = true;
  });
  addEventListener("afterprint", () => {
    for (const part of opened) part.open = false;
  });
})();
