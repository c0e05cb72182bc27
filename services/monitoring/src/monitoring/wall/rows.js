// The sixteen rows of 专栏1.

import { openDetail } from "./detail.js";
import { fetched, keepFresh, make, number, progress, quantity } from "./paint.js";

const body = document.querySelector("#rows tbody");

function row(entry) {
  const name = make("button", { class: "name", type: "button", "aria-haspopup": "dialog" }, entry.name);
  name.addEventListener("click", () => openDetail("wall/", entry, name));
  const binding = entry.nature === "BINDING" ? make("span", { class: "binding" }, "约束性") : null;
  const line = make("tr", { role: "row", id: `row-${entry.id}` },
    make("td", { role: "cell", class: "number" }, String(entry.row)),
    make("th", { scope: "row", role: "rowheader" }, name, binding),
    make("td", { role: "cell", class: "number base" }),
    make("td", { role: "cell", class: "number now" }),
    make("td", { role: "cell", class: "progress" }));
  return refresh(line, entry);
}

function refresh(line, entry) {
  const [, , base, now, way] = line.children;
  base.replaceChildren(entry.baseline === null ? "—" : number(entry.baseline));
  now.replaceChildren(quantity(entry.value, entry.unit));
  way.replaceChildren(...entry.targets.map((target) => progress(target, entry.unit, entry.value)));
  return line;
}

function summarise(found) {
  const silent = found.items.filter((entry) => entry.value === null).length;
  const reached = found.items.filter((entry) => entry.targets.every((target) => target.reached === true)).length;
  const told = { silent, reached, behind: found.items.length - silent - reached, on: found.on };
  for (const [id, text] of Object.entries(told)) document.getElementById(id).textContent = String(text);
}

keepFresh(async () => {
  const found = await fetched("wall/rows");
  const known = new Map([...body.children].map((line) => [line.id, line]));
  const lines = found.items.map((entry) => {
    const line = known.get(`row-${entry.id}`);
    return line ? refresh(line, entry) : row(entry);
  });
  if (lines.some((line, at) => body.children[at] !== line) || body.children.length !== lines.length) {
    body.replaceChildren(...lines);
  }
  summarise(found);
});
