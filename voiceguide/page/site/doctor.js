/** Doctor's table, as far as it can be had without a sound. */

import { get, hello } from "/server.js";

const byId = (id) => document.getElementById(id);

function html(name, properties = {}, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

export async function showDoctor() {
  const { words } = hello;
  const { safe, checks } = await get("/api/doctor");
  byId("doctor-verdict").textContent = safe ? words.doctor_safe : words.doctor_unsafe;
  const head = ["what", "verdict", "found"].map((name) => html("th", { scope: "col", textContent: words[`doctor_${name}`] }));
  const rows = checks.map(({ name, verdict, found, remedy }) => html("tr", {},
    html("th", { scope: "row", textContent: name }),
    html("td", { className: verdict.replace(" ", "-"), textContent: words[`doctor_${verdict.replace(" ", "_")}`] ?? verdict }),
    html("td", {}, html("p", { textContent: found }), ...(remedy ? [html("p", { className: "soft", textContent: remedy })] : []))));
  byId("doctor-table").replaceChildren(html("thead", {}, html("tr", {}, ...head)), html("tbody", {}, ...rows));
}
