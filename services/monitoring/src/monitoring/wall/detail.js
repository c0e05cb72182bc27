// The dialog of one indicator: definition, contradictions, trend, districts.

import { NOTHING, fetched, make, number, progress, quantity, trend } from "./paint.js";

// Column and row of each unit, roughly where it lies; a drawing aid, not a map of boundaries.
const PLACES = {
  500229: [9, 1], 500154: [8, 2], 500238: [10, 2], 500155: [7, 3], 500101: [8, 3], 500235: [9, 3], 500236: [10, 3],
  500237: [11, 3], 500152: [2, 4], 500117: [3, 4], 500109: [4, 4], 500157: [5, 4], 500115: [6, 4], 500231: [7, 4],
  500233: [8, 4], 500240: [9, 4], 500111: [1, 5], 500151: [2, 5], 500120: [3, 5], 500106: [4, 5], 500103: [5, 5],
  500108: [6, 5], 500102: [7, 5], 500230: [8, 5], 500153: [1, 6], 500118: [2, 6], 500116: [3, 6], 500107: [4, 6],
  500104: [5, 6], 500113: [6, 6], 500156: [8, 6], 500243: [9, 6], 500114: [10, 6], 500110: [6, 7], 500119: [7, 7],
  500242: [10, 7], 500241: [11, 8], 500112: [5, 3], 500105: [5, 4],
};
const LONG = { 石柱土家族自治县: "石柱", 秀山土家族苗族自治县: "秀山", 酉阳土家族苗族自治县: "酉阳", 彭水苗族土家族自治县: "彭水" };
const CLASSES = 4;
const SOURCES = { COMPUTED: "由业务事件计算", HYBRID: "计算与填报结合", REPORTED: "由主管部门填报并确认" };

export function short(name) {
  return LONG[name] ?? (name.length > 2 ? name.replace(/[区县]$|新区$/, "") : name);
}

export function classesOf(districts) {
  const values = districts.filter((each) => each.value !== null).map((each) => Number(each.value));
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const width = (high - low) / CLASSES || 1;
  const of = (value) => (value === null ? 0 : Math.min(CLASSES, 1 + Math.floor((Number(value) - low) / width)));
  return { of, low, width, any: values.length > 0 };
}

function tiles(districts, unit) {
  const scale = classesOf(districts);
  const list = make("ul", { class: "tiles", "aria-label": "区县分布（示意位置）" });
  for (const each of districts) {
    const place = PLACES[each.code];
    if (!place) continue;
    const said = each.value === null ? each.hidden ? "不公布" : NOTHING : `${number(each.value)}${unit}`;
    const tile = make("li", { class: `s${scale.of(each.value)}`, title: `${each.name} ${said}` },
      make("span", { "aria-hidden": "true" }, short(each.name)),
      make("span", { class: "small", "aria-hidden": "true" }, each.value === null ? "—" : number(Number(each.value).toFixed(1))),
    );
    tile.setAttribute("aria-label", `${each.name}：${said}`);
    tile.style.gridColumn = place[0];
    tile.style.gridRow = place[1];
    list.append(tile);
  }
  const key = make("ul", { class: "key", "aria-label": "图例" });
  for (let step = 1; scale.any && step <= CLASSES; step += 1) {
    const from = (scale.low + scale.width * (step - 1)).toFixed(1);
    const to = (scale.low + scale.width * step).toFixed(1);
    key.append(make("li", {}, make("i", { class: `s${step}` }), `${number(from)}–${number(to)}`));
  }
  key.append(make("li", {}, make("i"), "没有或不公布"));
  return [list, key];
}

function districtTable(districts, unit) {
  const body = make("tbody");
  for (const each of districts) {
    const value = each.hidden ? make("span", { class: "nothing" }, "不公布") : quantity(each.value, unit);
    body.append(make("tr", {}, make("th", { scope: "row" }, each.name), make("td", { class: "number" }, value)));
  }
  return make("details", {}, make("summary", {}, "各区县数值表"),
    make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "各区县数值" },
      make("table", {}, make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "区县"),
        make("th", { scope: "col", class: "number" }, `数值（${unit}）`))), body)));
}

export async function openDetail(base, entry, opener) {
  const dialog = document.getElementById("detail");
  const title = document.getElementById("detail-title");
  const body = document.getElementById("detail-body");
  title.textContent = entry.name;
  body.replaceChildren(make("p", { class: "nothing" }, "正在读取……"));
  dialog.showModal();
  title.focus();
  dialog.addEventListener("close", () => opener.focus(), { once: true });
  try {
    paint(body, await fetched(`${base}indicators/${encodeURIComponent(entry.id)}`));
    body.dataset.ready = entry.id;
  } catch {
    body.replaceChildren(make("p", { class: "bad" }, "暂时无法读取，请稍后再试。"));
  }
}

function readings(found) {
  const named = found.readings.filter((each) => each.name);
  if (named.length < 2) return [];
  const items = named.map((each) => make("li", {}, `${each.name}：`, quantity(each.value, found.unit),
    each.beside ? make("span", { class: "unit" }, "（并列公布，不作判定）") : null));
  return [make("h3", {}, "各口径"), make("ul", {}, ...items)];
}

function outlook(each, unit) {
  if (each.projected === null) return null;
  const said = `按现有走势，到期预计 ${number(each.projected)}${unit}（${number(each.low)}–${number(each.high)}）`;
  const verdict = each.misses === null ? null
    : make("span", { class: each.misses ? "bad" : "good" }, each.misses ? "　预计不能达到" : "　预计可以达到");
  return make("p", {}, `${each.printed_in}　${said}`, verdict, make("span", { class: "printed" }, `　${each.method}`));
}

function trendTable(found) {
  const rows = found.trend.map((point) => make("tr", {}, make("th", { scope: "row" }, point.on),
    make("td", { class: "number" }, quantity(point.value, found.unit))));
  return make("details", {}, make("summary", {}, "走势数值表"), make("table", {}, make("thead", {}, make("tr", {},
    make("th", { scope: "col" }, "日期"), make("th", { scope: "col", class: "number" }, `数值（${found.unit}）`))),
    make("tbody", {}, ...rows)));
}

function paint(body, found) {
  const goals = found.targets.filter((target) => target.value !== null).map((target) => Number(target.value));
  body.replaceChildren(
    make("p", { class: "now" }, quantity(found.value, found.unit),
      make("span", { class: "unit" }, `　${found.on} 全市　${SOURCES[found.source]}`)),
    ...found.targets.map((target) => make("div", {}, progress(target, found.unit, found.value),
      make("p", { class: "printed" }, `${target.printed_in}，期限 ${target.deadline}`))),
    make("h3", {}, "定义"),
    ...found.definitions.map((each) => make("p", {}, `${each.text}（自 ${each.valid_from} 起）`)),
    make("p", { class: "printed" }, `范围：${found.scope}。${found.baseline_said}`),
    ...(found.remarks.length ? [make("h3", {}, "矛盾与说明")] : []),
    ...found.remarks.map((remark) => make("p", { class: "contradiction" }, remark)),
    ...readings(found),
    make("h3", {}, "全市走势"),
    trend(found.trend, goals.length ? Math.max(...goals) : null, found.unit),
    trendTable(found),
    ...found.outlook.map((each) => outlook(each, found.unit)).filter((each) => each !== null),
  );
  if (found.districts.length) {
    body.append(make("h3", {}, "区县分布"), ...tiles(found.districts, found.unit), districtTable(found.districts, found.unit));
  }
}
