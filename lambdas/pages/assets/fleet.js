"use strict";
// The page is complete without this: it only finds rows.
const form = document.getElementById("filter");
const bodies = [...document.querySelectorAll(".fleet tbody")];
const rows = [...document.querySelectorAll(".fleet tbody tr:not(.group)")];
const words = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
const value = (id) => document.getElementById(id).value;

function matches(row) {
  const sought = value("find").toLowerCase().split(/\s+/).filter(Boolean);
  const need = value("need");
  return (
    sought.every((word) => words.get(row).includes(word)) &&
    (!need || row.parentElement.dataset.need === need) &&
    ["owner", "sandbox"].every((name) => !value(name) || row.dataset[name] === value(name))
  );
}

function show() {
  let shown = 0;
  for (const row of rows) {
    row.hidden = !matches(row);
    shown += row.hidden ? 0 : 1;
  }
  for (const body of bodies) body.hidden = !body.querySelector("tr:not(.group):not([hidden])");
  document.getElementById("count").textContent = `${shown} of ${rows.length} processes`;
}

form.hidden = false;
form.addEventListener("input", show);
form.addEventListener("change", show);
form.addEventListener("submit", (event) => event.preventDefault());
show();
