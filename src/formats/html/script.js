// Filters: in a group, what is pressed is what is shown; nothing pressed shows all. Keys: Escape clears, j and k step
// through the claims where the text or the speakers have the focus.
"use strict";
{
  const all = (selector) => [...document.querySelectorAll(selector)];
  const claims = all(".claims > li");
  const buttons = all("button[data-filter]");
  const marks = all(".text .claim");
  const names = all(".text .name");
  const numbers = all(".text .number");
  const status = document.getElementById("status");
  const clear = document.getElementById("clear");
  const text = document.querySelector(".text");
  const panel = document.querySelector("aside");

  const pressed = () => {
    const chosen = {};
    for (const { ariaPressed, dataset } of buttons) {
      if (ariaPressed === "true") (chosen[dataset.filter] ??= new Set()).add(dataset.value);
    }
    return chosen;
  };
  const fits = (chosen, values) => !chosen || values.some((value) => chosen.has(value));
  const words = (list) => (list ? list.split(" ") : []);

  function update() {
    const { speaker, type, label, country } = pressed();
    const shown = new Set();
    for (const claim of claims) {
      const { dataset } = claim;
      claim.hidden = !(
        fits(speaker, [dataset.speaker]) && fits(type, [dataset.type]) && fits(country, words(dataset.country))
      );
      if (!claim.hidden) shown.add(claim.id.slice("claim-".length));
    }
    for (const mark of marks) {
      mark.classList.toggle("off", !words(mark.dataset.claims).some((number) => shown.has(number)));
    }
    for (const number of numbers) {
      const off = !shown.has(number.dataset.number);
      number.classList.toggle("off", off);
      number.tabIndex = off ? -1 : 0;
    }
    for (const { classList, dataset } of names) {
      classList.toggle("off", !(fits(label, [dataset.label]) && fits(country, [dataset.country])));
    }
    const filtered = Boolean(speaker || type || label || country);
    const of = `${claims.length} ${claims.length === 1 ? "claim" : "claims"}`;
    status.textContent = filtered ? `${shown.size} of ${of}` : of;
    clear.disabled = !filtered;
  }

  function release() {
    for (const button of buttons) button.ariaPressed = "false";
    update();
  }

  /** Moves to the next claim that is shown, or to the one before. */
  let at = null;
  function step(by) {
    const stops = numbers.filter((number) => !number.classList.contains("off"));
    if (stops.length === 0) return;
    const from = stops.indexOf(numbers.includes(document.activeElement) ? document.activeElement : at);
    const to = from < 0 ? (by > 0 ? 0 : -1) : from + by;
    at = stops.at(to % stops.length);
    at.focus({ preventScroll: true });
    at.scrollIntoView({ block: "center" });
  }

  for (const button of buttons) {
    button.addEventListener("click", () => {
      button.ariaPressed = button.ariaPressed === "true" ? "false" : "true";
      update();
    });
  }
  clear.addEventListener("click", () => {
    release();
    panel.focus();
  });
  document.getElementById("next").addEventListener("click", () => step(1));
  document.getElementById("previous").addEventListener("click", () => step(-1));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const within = text.contains(event.target) || panel.contains(event.target);
    if (event.key === "Escape") release();
    else if (event.key === "j" && within) step(1);
    else if (event.key === "k" && within) step(-1);
  });
  // A click into a claim leads to it in the panel, where that stands beside the text.
  text.addEventListener("click", (event) => {
    const mark = event.target.closest(".claim");
    if (!mark || !getSelection().isCollapsed || getComputedStyle(panel).position !== "sticky") return;
    location.hash = `claim-${words(mark.dataset.claims).at(-1)}`;
  });
}
