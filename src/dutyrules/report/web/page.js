"use strict";
/* Every page can be read without this: it filters, opens what a link leads to, and opens all for printing. */
(() => {
  const all = (query, root = document) => [...root.querySelectorAll(query)];

  /* Choices: a part is shown if it is of whom, of which role and of which item is chosen, as far as it says. */
  const choices = all("select[data-by]");
  if (choices.length) {
    const found = document.getElementById("found");
    const fits = (part) =>
      choices.every(({ value, dataset: { by } }) => {
        const own = part.dataset[by];
        return value === "" || own === undefined || own === value || (by === "person" && part.dataset.also === value);
      });
    const show = () => {
      const parts = all("[data-person], [data-role], [data-item]");
      for (const part of parts) part.hidden = !fits(part);
      for (const person of all("section.person")) {
        const items = all("[data-item]", person);
        const chosen = choices.some(({ value, dataset: { by } }) => by === "item" && value !== "");
        if (chosen && items.every((item) => item.hidden)) person.hidden = true;
      }
      for (const whole of all("main > section:not([data-person])")) {
        const inner = all("[data-person], [data-item]", whole);
        whole.hidden = inner.length > 0 && inner.every((part) => part.hidden);
      }
      if (found) found.textContent = all("section.person").every((one) => one.hidden) ? found.dataset.none : "";
    };
    for (const choice of choices) choice.addEventListener("change", show);
    choices[0].closest("[hidden]").hidden = false;
    show();
  }

  const reveal = () => {
    const found = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!found) return;
    for (let part = found.closest("details"); part; part = part.parentElement.closest("details")) part.open = true;
    if (!found.closest("details")) return;
    found.scrollIntoView({ block: "nearest" });
    found.focus({ preventScroll: true });
  };
  addEventListener("hashchange", reveal);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (link && link.hash === location.hash) reveal();
  });
  reveal();

  for (const button of all("button.all, button.everything")) {
    const parts = all("details", button.matches(".all") ? button.closest("section") : document.querySelector("main"));
    const tools = button.closest(".tools[hidden]");
    if (tools) tools.hidden = false;
    button.addEventListener("click", () => {
      const open = !parts.every((part) => part.open);
      for (const part of parts) part.open = open;
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
