/** Routines: which there are, and an editor that says what is wrong while one writes. */

import { fill } from "/session.js";
import { get, hello, post, Refusal } from "/server.js";

const CHECK_AFTER_MS = 400;

const byId = (id) => document.getElementById(id);
let checking = 0, asked = 0, ready = false;

function html(name, properties = {}, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

function card(routine) {
  const { words } = hello;
  const facts = [routine.minutes && fill(words.routines_minutes, { minutes: routine.minutes }), routine.own && words.routines_own,
    routine.problems && fill(words.routines_broken, { count: routine.problems })];
  const edit = html("button", { type: "button", textContent: words.routines_edit });
  edit.setAttribute("aria-label", fill(words.routines_edit_named, { name: routine.title }));
  edit.addEventListener("click", async () => {
    const found = await get(`/api/routines/${encodeURIComponent(routine.name)}`);
    openEditor(routine.own ? routine.name : `my-${routine.name}`, found.text, routine.own);
  });
  const begin = html("button", { type: "button", className: "main", textContent: words.routines_begin, hidden: !routine.offered });
  begin.setAttribute("aria-label", fill(words.routines_begin_named, { name: routine.title }));
  const told = html("p", { className: "soft" });
  told.setAttribute("role", "status");
  begin.addEventListener("click", async () => {
    try {
      await post("/api/begin", { routine: routine.id });
      told.textContent = words.start_hint;
    } catch (refusal) {
      const word = refusal instanceof Refusal ? `refused_${refusal.message}` : "refused_other";
      told.textContent = fill(words[word] ?? words.refused_other, { seconds: refusal.waitS ?? 0 });
    }
  });
  return html("li", {}, html("h2", { textContent: routine.title }), html("p", { textContent: routine.summary }),
    html("p", { className: "facts", textContent: facts.filter(Boolean).join(" · ") }), html("p", { className: "keys" }, begin, edit), told);
}

async function list() {
  const { routines } = await get("/api/routines");
  const ours = routines.filter((routine) => routine.own || routine.language === hello.language);
  byId("routine-items").replaceChildren(...ours.map(card));
}

function openEditor(name, text, own) {
  byId("routine-list").hidden = true;
  byId("editor").hidden = false;
  byId("editor-text").value = text;
  byId("editor-name").value = name;
  byId("editor-replace").checked = own;
  byId("editor-title").focus();
  check();
}

function closeEditor() {
  byId("editor").hidden = true;
  byId("routine-list").hidden = false;
  return list();
}

/** Has the text checked; only the newest answer counts. */
async function check() {
  const number = ++asked;
  const { problems, advice, more } = await post("/api/routines/check", { name: byId("editor-name").value, text: byId("editor-text").value });
  if (number === asked) showProblems(problems, advice, more);
}

/** Shows mistakes, or, where there are none, what can be run and will not be good to hear; of `more` only the number. */
function showProblems(problems, advice = [], more = 0) {
  const { words } = hello;
  const verdict = problems.length ? words.editor_problems : advice.length ? words.editor_advice : words.editor_fine;
  byId("editor-verdict").textContent = fill(verdict, { count: (problems.length || advice.length) + more });
  byId("editor-problems").replaceChildren(...[...problems, ...advice].map((problem) => {
    const go = html("button", { type: "button", textContent: fill(words.editor_problem, { line: problem.line }) });
    go.addEventListener("click", () => goTo(problem.line));
    const what = problem.rule ? `${problem.what} [${problem.rule}]` : problem.what;
    return html("li", {}, go, html("p", { textContent: what }), html("p", { className: "soft", textContent: problem.remedy }));
  }));
}

/** Puts the cursor on a line of the text. */
function goTo(line) {
  const area = byId("editor-text");
  const lines = area.value.split("\n");
  const at = lines.slice(0, Math.max(0, line - 1)).join("\n").length + (line > 1 ? 1 : 0);
  area.focus();
  area.setSelectionRange(at, at + (lines[line - 1] ?? "").length);
  area.scrollTop = (area.scrollHeight / lines.length) * Math.max(0, line - 6);
}

async function keep(event) {
  event.preventDefault();
  const { words } = hello;
  const verdict = byId("editor-verdict");
  try {
    const kept = await post("/api/routines/keep", { name: byId("editor-name").value, text: byId("editor-text").value, replace: byId("editor-replace").checked });
    verdict.textContent = fill(words.editor_kept, { path: kept.path });
  } catch (refusal) {
    const { why, problems, more, told } = refusal.answer ?? {};
    if (why === "problems") showProblems(problems, [], more);
    else verdict.textContent = words[`editor_${why}`] ?? told ?? words.refused_other;
  }
}

export async function openRoutines() {
  if (!ready) {
    ready = true;
    byId("routine-new").addEventListener("click", async () => {
      const { name, text } = await get("/api/beginning");
      openEditor(name, text, false);
    });
    byId("editor-close").addEventListener("click", closeEditor);
    byId("editor").addEventListener("submit", keep);
    for (const id of ["editor-text", "editor-name"]) {
      byId(id).addEventListener("input", () => {
        clearTimeout(checking);
        checking = setTimeout(check, CHECK_AFTER_MS);
      });
    }
  }
  await list();
}
