/** The page: words, tabs, pairing, the night, and what is pressed. */

import { showDoctor } from "/doctor.js";
import { showHistory } from "/history.js";
import { openRoutines } from "/routines.js";
import { Session, fill, showLevel } from "/session.js";
import { VoiceChoice } from "/voice.js";
import { greet, hello, listen, post, Refusal } from "/server.js";

const TOAST_MS = 2_500;
const NIGHT_EVERY_MS = 60_000;
const AGAIN_MS = 2_000;

const byId = (id) => document.getElementById(id);
let toasting = 0;

function toast(text) {
  clearTimeout(toasting);
  byId("toast").textContent = text;
  toasting = setTimeout(() => { byId("toast").textContent = ""; }, TOAST_MS);
}

function connection(name) {
  byId("connection").textContent = name ? hello?.words[name] ?? byId("connection").textContent : "";
}

/** Puts the words of the guide's language into the page. */
function speak() {
  document.documentElement.lang = hello.language;
  for (const element of document.querySelectorAll("[data-word]")) element.textContent = hello.words[element.dataset.word];
  for (const element of document.querySelectorAll("[data-label]")) element.setAttribute("aria-label", hello.words[element.dataset.label]);
}

/** Dark in the night hours of the settings, by the clock of this device. */
function dimAtNight() {
  if (!hello.night) return;
  const now = new Date().toTimeString().slice(0, 5);
  const [begins, ends] = hello.night;
  const night = begins <= ends ? begins <= now && now < ends : now >= begins || now < ends;
  document.documentElement.classList.toggle("night", night);
}

export async function press(command) {
  const phrase = hello.phrases[command];
  try {
    await post("/api/press", { command });
    toast(fill(hello.words.pressed, { phrase }));
  } catch (refusal) {
    const word = `refused_${refusal instanceof Refusal ? refusal.message : "other"}`;
    toast(fill(hello.words[word] ?? hello.words.refused_other, { seconds: refusal.waitS ?? 0 }));
  }
}

// --- tabs ---------------------------------------------------------------------------------------------------

const OPENED = { history: showHistory, routines: openRoutines, doctor: showDoctor };

function turnTo(name) {
  const views = [...document.querySelectorAll("main > .view")];
  const wanted = views.some((view) => view.id === name) ? name : "session";
  for (const view of views) view.hidden = view.id !== wanted;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.hash === `#${wanted}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  OPENED[wanted]?.().catch((refusal) => toast(refusal.answer?.told ?? hello.words.refused_other));
}

// --- pairing ------------------------------------------------------------------------------------------------

function openPairing() {
  byId("pairing").hidden = false;
  byId("session").hidden = true;
  connection(null);
  for (const element of document.querySelectorAll("[data-guests]")) element.hidden = true;
  const told = (name, waitS = 0) => { byId("pairing-told").textContent = fill(hello.words[`pair_${name}`] ?? hello.words.refused_other, { seconds: waitS }); };
  byId("pairing-ask").addEventListener("click", async () => {
    try {
      const { how } = await post("/api/pairing/ask", {});
      byId("pairing-form").hidden = false;
      byId("pairing-code").focus();
      told(how);
    } catch (refusal) {
      told(refusal.message, refusal.waitS);
    }
  });
  byId("pairing-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await post("/api/pairing/enter", { code: byId("pairing-code").value.replace(/\s/g, "") });
      location.reload();
    } catch (refusal) {
      told(refusal.message, refusal.waitS);
      byId("pairing-code").select();
    }
  });
}

for (const [id, who] of [["leave", "me"], ["leave-all", "everybody"]]) {
  byId(id).addEventListener("click", async () => {
    await post("/api/pairing/leave", { who });
    location.reload();
  });
}

// --- beginning ----------------------------------------------------------------------------------------------

/** What is shown of the session; null until the guide has greeted. */
export let session = null;

async function begin() {
  try {
    await greet();
  } catch {
    setTimeout(begin, AGAIN_MS);
    return;
  }
  speak();
  dimAtNight();
  setInterval(dimAtNight, NIGHT_EVERY_MS);
  session = new Session(press);
  const voice = new VoiceChoice();
  if (!hello.paired) {
    openPairing();
    return;
  }
  if (hello.at_home) document.querySelector(".unpair").hidden = true;
  addEventListener("hashchange", () => { turnTo(location.hash.slice(1)); byId("main").focus({ preventScroll: true }); });
  turnTo(location.hash.slice(1));
  connection("connecting");
  listen({
    connected: () => {
      connection(null);
      session.again();
    },
    lost: () => connection("lost"),
    level: showLevel,
    state: (state) => {
      if (state.running && state.language && state.language !== hello.language) location.reload();  // another guide
      session.show(state);
      voice.tell(state);
      // Pain turns the page, whatever is being looked at.
      if (state.state === "safety" && byId("session").hidden) location.hash = "#session";
    },
  });
}

begin();
