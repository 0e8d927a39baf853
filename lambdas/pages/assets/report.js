"use strict";
// The page is complete without this: it only finds statements, and opens all of them.
const form = document.getElementById("filter");
const cards = [...document.querySelectorAll("article")];
const words = new Map(cards.map((card) => [card, card.textContent.toLowerCase()]));
const value = (id) => document.getElementById(id).value;

function matches(card) {
  const sought = value("find").toLowerCase().split(/\s+/).filter(Boolean);
  return (
    sought.every((word) => words.get(card).includes(word)) &&
    ["service", "phase", "ground"].every(
      (name) => !value(name) || card.dataset[name].split(" ").includes(value(name)),
    )
  );
}

function show() {
  let shown = 0;
  for (const card of cards) {
    card.hidden = !matches(card);
    shown += card.hidden ? 0 : 1;
  }
  for (const group of document.querySelectorAll(".principal")) {
    group.hidden = !group.querySelector("article:not([hidden])");
  }
  document.getElementById("none").hidden = shown > 0;
  document.getElementById("count").textContent = `${shown} of ${cards.length} statements`;
}

function openAll() {
  const button = document.getElementById("open");
  const open = button.textContent === "Open all";
  for (const one of document.querySelectorAll("article details")) one.open = open;
  button.textContent = open ? "Close all" : "Open all";
}

form.hidden = false;
form.addEventListener("input", show);
form.addEventListener("change", show);
form.addEventListener("submit", (event) => event.preventDefault());
document.getElementById("open").addEventListener("click", openAll);
addEventListener("beforeprint", () => {
  for (const one of document.querySelectorAll("details")) one.open = true;
});
show();
