// Small pieces both pages are painted with. Texts are only ever set as texts, never as markup.

export const REFRESH_MS = 60_000;
export const NOTHING = "暂无数据";
const SVG = "http://www.w3.org/2000/svg";

export function make(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

export function draw(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

function fill(element, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export function number(text) {
  if (text === null || text === undefined) return null;
  const [whole, part = ""] = String(text).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, "\u202f");
  const rest = part.replace(/0+$/, "");
  return rest ? `${grouped}.${rest}` : grouped;
}

export function quantity(value, unit) {
  if (value === null || value === undefined) return make("span", { class: "nothing" }, NOTHING);
  return make("span", {}, number(value), make("span", { class: "unit" }, ` ${unit}`));
}

export function progress(target, unit, value) {
  if (target.value === null) {
    return make("div", { class: "target" }, make("span", { class: "nothing" }, target.printed_in));
  }
  const wanted = Number(target.value);
  const share = value === null ? 0 : wanted > 0 ? Math.max(0, Math.min(1, Number(value) / wanted)) : 1;
  const done = target.reached === true;
  const bar = draw("svg", { class: "bar", viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" },
    draw("rect", { class: "track", width: 100, height: 8, rx: 1 }),
    draw("rect", { class: done ? "fill done" : "fill", width: (share * 100).toFixed(2), height: 8, rx: 1 }));
  return make("div", { class: "target" }, bar,
    make("span", {}, make("span", { class: "whole" }, `目标 ${number(target.value)}`, make("span", { class: "unit" }, ` ${unit}　`)),
      verdict(target, unit)));
}

function verdict(target, unit) {
  if (target.gap === null) return null;
  if (target.reached) return make("span", { class: "good" }, "已达到");
  const away = number(String(target.gap).replace("-", ""));
  return make("span", { class: "bad" }, `差 ${away} ${unit === "%" ? "个百分点" : unit}`);
}

export function trend(points, goal, unit) {
  const known = points.filter((point) => point.value !== null);
  if (known.length < 2) return make("p", { class: "nothing" }, known.length ? "只有一期数据，尚无走势" : NOTHING);
  const times = known.map((point) => Date.parse(point.on));
  const values = known.map((point) => Number(point.value));
  const all = goal === null ? values : [...values, goal];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const pad = (high - low || Math.abs(high) || 1) * 0.12;
  const x = (time) => 60 + (620 * (time - times[0])) / (times.at(-1) - times[0] || 1);
  const y = (value) => 190 - (170 * (value - low + pad)) / (high - low + 2 * pad);
  const path = known.map((_, at) => `${at ? "L" : "M"}${x(times[at]).toFixed(1)} ${y(values[at]).toFixed(1)}`).join("");
  const picture = draw("svg", {
    class: "trend", viewBox: "0 0 720 225", role: "img",
    "aria-label": `走势：${known[0].on} 为 ${number(known[0].value)}${unit}，${known.at(-1).on} 为 ${number(known.at(-1).value)}${unit}`,
  });
  if (goal !== null) {
    picture.append(draw("line", { class: "goal", x1: 60, x2: 680, y1: y(goal), y2: y(goal) }),
      draw("text", { x: 4, y: y(goal) + 4 }, `目标`));
  }
  picture.append(draw("path", { class: "line", d: path }));
  known.forEach((_, at) => picture.append(draw("circle", { cx: x(times[at]), cy: y(values[at]), r: 3 })));
  picture.append(draw("text", { x: 60, y: 218 }, known[0].on),
    draw("text", { x: 680, y: 218, "text-anchor": "end" }, known.at(-1).on),
    draw("text", { x: x(times.at(-1)), y: y(values.at(-1)) - 8, "text-anchor": "end" }, number(known.at(-1).value)));
  return picture;
}

export async function fetched(url) {
  const answer = await fetch(url, { headers: { Accept: "application/json" }, credentials: "omit" });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

// Refreshes the page's figures without a reload; the focus stays where it is because rows are changed in place.
export function keepFresh(load) {
  const status = document.getElementById("status");
  const once = async () => {
    try {
      await load();
      if (status.dataset.failed) status.textContent = "已恢复更新";
      delete status.dataset.failed;
      document.body.dataset.ready = "yes";
    } catch {
      if (!status.dataset.failed) status.textContent = "暂时无法更新，显示的是上次读取的数据；将自动重试";
      status.dataset.failed = "yes";
    }
  };
  once();
  setInterval(() => { if (!document.hidden) once(); }, REFRESH_MS);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) once(); });
}
