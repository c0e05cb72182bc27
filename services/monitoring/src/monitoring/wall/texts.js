// The targets of the plan's text.

import { openDetail } from "./detail.js";
import { fetched, keepFresh, make, progress, quantity } from "./paint.js";

const body = document.querySelector("#rows tbody");

function row(entry) {
  const name = make("button", { class: "name", type: "button", "aria-haspopup": "dialog" }, entry.name);
  name.addEventListener("click", () => openDetail("", entry, name));
  const line = make("tr", { role: "row", id: `row-${entry.id}` },
    make("td", { role: "cell" }, entry.code),
    make("th", { scope: "row", role: "rowheader" }, name),
    make("td", { role: "cell", class: "printed" }, entry.printed_in),
    make("td", { role: "cell", class: "number now" }),
    make("td", { role: "cell", class: "progress" }));
  return refresh(line, entry);
}

function refresh(line, entry) {
  const [, , , now, way] = line.children;
  now.replaceChildren(quantity(entry.value, entry.unit));
  way.replaceChildren(...entry.targets.map((target) => progress(target, entry.unit, entry.value)));
  return line;
}

keepFresh(async () => {
  const found = await fetched("text-rows");
  const known = new Map([...body.children].map((line) => [line.id, line]));
  const lines = found.items.map((entry) => {
    const line = known.get(`row-${entry.id}`);
    return line ? refresh(line, entry) : row(entry);
  });
  if (lines.some((line, at) => body.children[at] !== line) || body.children.length !== lines.length) {
    body.replaceChildren(...lines);
  }
});
