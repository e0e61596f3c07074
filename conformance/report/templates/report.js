"use strict";
(() => {
  const form = document.getElementById("filters");
  const rows = Array.from(document.querySelectorAll("details.requirement"));
  const groups = Array.from(document.querySelectorAll(".group"));
  const search = document.getElementById("search");
  const area = document.getElementById("area");
  const level = document.getElementById("level");
  const count = document.getElementById("shown");
  const boxes = Array.from(form.querySelectorAll("input[type=checkbox]"));
  const texts = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));

  const apply = () => {
    const outcomes = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const fits =
        outcomes.has(row.dataset.outcome) &&
        (!area.value || row.dataset.area === area.value) &&
        (!level.value || row.dataset.level === level.value) &&
        words.every((word) => texts.get(row).includes(word));
      row.hidden = !fits;
      shown += fits ? 1 : 0;
    }
    for (const group of groups) {
      group.hidden = !group.querySelector("details.requirement:not([hidden])");
    }
    count.textContent = `${shown} of ${rows.length} shown`;
  };

  const reveal = () => {
    const id = decodeURIComponent(location.hash.slice(1));
    const row = rows.find((each) => each.id === id);
    if (!row) return;
    if (row.hidden) {
      form.reset();
      apply();
    }
    row.open = true;
    row.scrollIntoView();
    row.querySelector("summary").focus();
  };

  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", apply);
  form.addEventListener("reset", () => setTimeout(apply));
  for (const link of document.querySelectorAll("a[data-area]")) {
    link.addEventListener("click", () => {
      area.value = link.dataset.area;
      apply();
    });
  }
  addEventListener("hashchange", reveal);
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/" && !event.target.matches("input, select")) {
      event.preventDefault();
      search.focus();
    } else if (event.key === "Escape" && event.target === search) {
      search.value = "";
      apply();
    }
  });
  apply();
  reveal();
})();
