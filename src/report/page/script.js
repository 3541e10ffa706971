// The table of speakers can be filtered; a speaker whose name is pressed is followed through graph and pairs. Escape
// clears all.
"use strict";
{
  const all = (selector) => [...document.querySelectorAll(selector)];
  const by = (id) => document.getElementById(id);
  const speakers = all(".speakers tbody tr");
  const buttons = all(".speakers button");
  const pairs = all(".pairs tbody tr");
  const links = all(".graph .link");
  const nodes = all(".graph .node");
  const [find, country, type, clear, status] = ["find", "of-country", "of-type", "clear", "status"].map(by);
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  let chosen = null;

  function update() {
    const wanted = plain(find.value.trim());
    let shown = 0;
    for (const row of speakers) {
      const { speaker, country: code, types } = row.dataset;
      row.hidden =
        !plain(speaker).includes(wanted) ||
        (country.value !== "" && code !== country.value) ||
        (type.value !== "" && !types.split(" ").includes(type.value));
      row.classList.toggle("chosen", speaker === chosen);
      shown += row.hidden ? 0 : 1;
    }
    for (const button of buttons) button.ariaPressed = String(button.dataset.name === chosen);
    let accuses = 0;
    let accused = 0;
    for (const row of pairs) {
      const mine = [row.dataset.accuser === chosen, row.dataset.accused === chosen];
      row.hidden = chosen !== null && !mine.includes(true);
      accuses += mine[0] ? 1 : 0;
      accused += mine[1] ? 1 : 0;
    }
    const near = new Set([chosen]);
    for (const { classList, dataset } of links) {
      const on = dataset.accuser === chosen || dataset.accused === chosen;
      classList.toggle("on", on);
      if (on) near.add(dataset.accuser).add(dataset.accused);
    }
    for (const { classList, dataset } of nodes) classList.toggle("on", near.has(dataset.name));
    for (const graph of all(".graph")) graph.classList.toggle("chosen", links.some((link) => link.matches(".on")));
    const filtered = shown < speakers.length;
    clear.disabled = !filtered && chosen === null;
    const parts = [];
    if (filtered) parts.push(`${shown} of ${speakers.length} speakers`);
    if (chosen !== null) parts.push(`${chosen}: accuses ${accuses}, is accused by ${accused}`);
    status.textContent = parts.join("; ");
  }

  function release() {
    for (const field of [find, country, type]) field.value = "";
    chosen = null;
    update();
  }

  if (find) {
    for (const field of [find, country, type]) field.addEventListener("input", update);
    for (const button of buttons) {
      button.addEventListener("click", () => {
        chosen = button.dataset.name === chosen ? null : button.dataset.name;
        update();
      });
    }
    clear.addEventListener("click", () => {
      release();
      find.focus();
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") release();
    });
  }
}
