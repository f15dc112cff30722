/** Earlier sessions: minutes a day, seconds held per exercise and side, and everything once more as a table. */

import { fill } from "/session.js";
import { get, hello } from "/server.js";

/** Bars stand for a day, a week or four weeks: as many days as make at most this many of them. */
const BARS_MOST = 120;
const BARS = [{ days: 1, title: "history_minutes" }, { days: 7, title: "history_minutes_week" }, { days: 28, title: "history_minutes_month" }];
const LABEL_WIDTH = 100;
const HEIGHT = 150;
const LEAST_WIDTH = 240;
const TWO_COLUMNS = matchMedia("(min-width: 60rem)");
const ROOM = { left: 34, bottom: 20, top: 14 };
const REDRAW_AFTER_MS = 150;
const DAY_MS = 86_400_000;
const SVG = "http://www.w3.org/2000/svg";

let redraw = () => {};
let resizing = 0;

addEventListener("resize", () => {
  clearTimeout(resizing);
  resizing = setTimeout(() => redraw(), REDRAW_AFTER_MS);
});

const byId = (id) => document.getElementById(id);

function svg(name, attributes, text = null) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== null) element.textContent = text;
  return element;
}

function html(name, properties = {}, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

const dayNumber = (day) => Math.round(Date.parse(`${day}T00:00:00Z`) / DAY_MS);
const named = (number, parts) => new Date(number * DAY_MS).toLocaleDateString(hello.language, { timeZone: "UTC", ...parts });

/** A round number to end an axis with. */
export function ceiling(value) {
  const step = 10 ** Math.floor(Math.log10(Math.max(value, 1)));
  return [1, 2, 5, 10].map((factor) => factor * step).find((end) => end >= value) ?? value;
}

/** How wide a picture is on this screen, so that one unit in it is one pixel and its text stays readable. */
function widthOf(wide) {
  const whole = byId("history-plots").clientWidth;
  return Math.max(LEAST_WIDTH, (TWO_COLUMNS.matches && !wide ? whole / 2 : whole) - 60);
}

/** How the days from the first to the last are put into bars; the last bar ends with the last day. */
export function barsOf(first, last) {
  const { days, title } = BARS.find((bar) => (last - first + 1) / bar.days <= BARS_MOST) ?? BARS.at(-1);
  const count = Math.ceil((last - first + 1) / days);
  const nameOf = (bar) => named(last - (count - bar) * days + 1, days === 1 ? { day: "numeric", month: "short" } : { month: "short", year: "numeric" });
  return { count, title, nameOf, of: (day) => count - 1 - Math.floor((last - day) / days) };
}

/** Draws bars over time: `series` is a list of {kind, values: Map of bar number to value}. */
function plot(title, series, pained, bars, wide = false) {
  const width = widthOf(wide);
  const top = ceiling(Math.max(1, ...series.flatMap((one) => [...one.values.values()])));
  const picture = svg("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-label": title });
  const room = (width - ROOM.left) / bars.count;
  const x = (bar) => ROOM.left + bar * room;
  const y = (value) => HEIGHT - ROOM.bottom - (value / top) * (HEIGHT - ROOM.bottom - ROOM.top);
  for (const value of [0, top / 2, top]) {
    picture.append(svg("line", { x1: ROOM.left, x2: width, y1: y(value), y2: y(value), class: value ? "grid" : "axis" }));
    picture.append(svg("text", { x: ROOM.left - 6, y: y(value) + 4, "text-anchor": "end" }, String(value)));
  }
  const last = bars.count - 1, step = Math.ceil(bars.count / Math.min(4, Math.floor(width / LABEL_WIDTH)));
  for (let bar = last; bar >= step / 2; bar -= step) {
    picture.append(svg("text", { x: bar === last ? width : x(bar) + room / 2, y: HEIGHT - 5, "text-anchor": bar === last ? "end" : "middle" }, bars.nameOf(bar)));
  }
  const breadth = Math.max(1.5, (room * 0.8) / series.length);
  series.forEach(({ kind, values }, number) => {
    for (const [bar, value] of values) {
      picture.append(svg("rect", { class: kind, x: x(bar) + room * 0.1 + number * breadth, y: y(value), width: breadth, height: Math.max(0, y(0) - y(value)), rx: 1.5 }));
    }
  });
  for (const bar of pained) {
    const highest = Math.max(0, ...series.map((one) => one.values.get(bar) ?? 0));
    const middle = x(bar) + room / 2, tip = Math.max(8, y(highest) - 3);
    picture.append(svg("path", { class: "pained", d: `M${middle - 5},${tip - 8} h10 l-5,8 z` }));
  }
  return html("figure", { className: "sheet" }, html("figcaption", { textContent: title }), picture, legend(series, pained));
}

function legend(series, pained) {
  const kinds = [...series.map((one) => one.kind).filter((kind) => kind !== "bar"), ...(pained.size ? ["pained"] : [])];
  const names = { left: "history_left", right: "history_right", whole: "history_whole", pained: "history_pain" };
  return html("p", { className: "key" }, ...kinds.map((kind) => html("span", {}, html("i", { className: kind }), hello.words[names[kind]])));
}

function add(map, key, value) {
  map.set(key, (map.get(key) ?? 0) + value);
}

function draw({ sessions, first, last }, titles) {
  const bars = barsOf(dayNumber(first), dayNumber(last));
  const minutes = new Map(), held = new Map(), hurt = new Set(), hurtAt = new Map();
  for (const session of sessions) {
    const bar = bars.of(dayNumber(session.day));
    add(minutes, bar, session.minutes);
    for (const { exercise, side, held_s } of session.held) {
      if (!held.has(exercise)) held.set(exercise, new Map());
      const sides = held.get(exercise), kind = side ?? "whole";
      if (!sides.has(kind)) sides.set(kind, new Map());
      add(sides.get(kind), bar, held_s);
    }
    for (const { exercise } of session.pains) {
      hurt.add(bar);
      if (!hurtAt.has(exercise)) hurtAt.set(exercise, new Set());
      hurtAt.get(exercise).add(bar);
    }
  }
  const plots = [plot(hello.words[bars.title], [{ kind: "bar", values: minutes }], hurt, bars, true)];
  for (const [exercise, sides] of held) {
    const series = [...sides].map(([kind, values]) => ({ kind, values }));
    plots.push(plot(fill(hello.words.history_held, { exercise: titles[exercise] ?? exercise }), series, hurtAt.get(exercise) ?? new Set(), bars));
  }
  byId("history-plots").replaceChildren(...plots);
}

function tabulate({ sessions }, titles) {
  const { words } = hello;
  const head = ["day", "routine", "length", "how", "pains"].map((name) => html("th", { scope: "col", textContent: words[`history_${name}`] }));
  const rows = sessions.toReversed().map((session) => html("tr", {},
    html("td", { textContent: `${session.day} ${session.began}` }),
    html("td", { textContent: session.routine }),
    html("td", { className: "number", textContent: session.minutes }),
    html("td", { textContent: words[`history_how_${session.how ?? "running"}`] ?? session.how }),
    html("td", { textContent: session.pains.map((pain) => `${titles[pain.exercise] ?? pain.exercise}: ${words[`pain_kind_${pain.kind}`] ?? pain.kind}`).join("; ") || words.history_none })));
  byId("history-table").replaceChildren(html("thead", {}, html("tr", {}, ...head)), html("tbody", {}, ...rows));
}

byId("history-span").addEventListener("change", () => showHistory().catch(() => {}));

export async function showHistory() {
  const [past, { routines }] = await Promise.all([get(`/api/history?days=${byId("history-span").value}`), get("/api/routines")]);
  const ours = routines.filter((routine) => routine.language === hello.language);
  const titles = Object.assign({}, ...ours.map((routine) => routine.exercises));
  const { words } = hello;
  const count = past.sessions.length;
  byId("history-details").hidden = count === 0;
  if (count === 0) {
    byId("history-summary").textContent = words.history_empty;
    byId("history-plots").replaceChildren();
    redraw = () => {};
    return;
  }
  const parts = [count === 1 ? words.history_sessions_one : fill(words.history_sessions, { count })];
  const days = past.days_in_a_row;
  if (days > 0) parts.push(days === 1 ? words.history_in_a_row_one : fill(words.history_in_a_row, { days }));
  byId("history-summary").textContent = parts.join(" · ");
  redraw = () => draw(past, titles);
  redraw();
  tabulate(past, titles);
}
