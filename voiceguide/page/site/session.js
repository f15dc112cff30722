/** The session: where it is, what is being said, what was heard, and a button for everything that can be said now. */

import { Breath } from "/breath.js";
import { hello } from "/server.js";

const GROUPS = {
  answer: ["yes", "no", "unsure", "no_pain", "sharp", "shooting", "dull", "numb", "worse", "cannot_move", "tight", "somewhere"],
  move: ["start", "ready", "resume", "pause", "rest", "next", "next_side", "left_side", "right_side", "skip", "back", "repeat"],
  sound: ["slower", "faster", "quieter", "louder"],
  ask: ["how_long", "whats_next", "why", "what_is", "why_tight", "how_did_i_do", "last_time", "say_again", "help"],
};
const KINDS_OF_PAIN = new Set(["dull", "sharp", "shooting", "numb", "worse", "cannot_move"]);
const FEELINGS = new Set([...KINDS_OF_PAIN, "tight", "somewhere"]);
const LEADS_ON = new Set(["start", "ready", "resume", "next", "next_side", "left_side", "right_side", "skip", "back"]);
const BEFORE_THE_START = new Set(["checking", "waiting", "returning"]);

const LEVEL_LEAST = -70;
const LEVEL_LOUD = -1;

const byId = (id) => document.getElementById(id);

/** Fills the blanks of a text. */
export function fill(text, blanks) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in blanks ? blanks[name] : whole));
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export class Session {
  /** @param {(command: string) => void} press */
  constructor(press) {
    this.words = hello.words;
    this.phrases = hello.phrases;
    this.breath = new Breath(this.words);
    this.buttons = new Map();
    this.shown = null;
    this.asksForKind = false;
    this.announced = "";
    this.alarmed = "";
    for (const [group, commands] of Object.entries(GROUPS)) {
      const keys = document.querySelector(`[data-group="${group}"] .keys`);
      for (const command of commands) {
        const button = document.createElement("button");
        button.type = "button";
        button.dataset.command = command;
        button.hidden = true;
        keys.append(button);
      }
    }
    for (const button of document.querySelectorAll("button[data-command]")) {
      const phrase = this.phrases[button.dataset.command];
      button.textContent = phrase[0].toUpperCase() + phrase.slice(1);
      button.addEventListener("click", () => press(button.dataset.command));
      if (!button.closest(".emergency")) this.buttons.set(button.dataset.command, button);
    }
  }

  /** Shows once more what was shown last, as the clock is known now. */
  again() {
    if (this.shown) this.show(this.shown);
  }

  /** Shows the newest state. */
  show(state) {
    const { words } = this;
    this.shown = state;
    const hurts = state.state === "safety";
    document.body.classList.toggle("hurts", hurts);
    document.body.classList.toggle("idle", !state.running);
    write(byId("state"), this.stateInWords(state));
    write(byId("exercise"), this.title(state));
    const placed = state.running && state.exercise && !BEFORE_THE_START.has(state.state);
    write(byId("side"), placed && state.side ? words[`side_${state.side}`] : "");
    write(byId("repeat"), placed && state.repeats > 1 ? fill(words.repeat, { number: state.repeat, total: state.repeats }) : "");
    write(byId("minutes"), this.minutes(state, placed));
    this.breath.tell(state.running ? state : { ...state, ends_s: null });
    this.showPain(state, hurts);
    this.showLines(state, hurts);
    this.showEars(state);
    this.showButtons(state, hurts);
    this.announce(state, hurts);
  }

  stateInWords(state) {
    const { words, phrases } = this;
    if (!state.running) return "";
    if (state.standby) return words.standby;
    if (state.state === "finished" && state.how) return words[`how_${state.how}`] ?? words.state_finished;
    return fill(words[`state_${state.state}`] ?? "", { start: phrases.start });
  }

  title(state) {
    if (state.standby) return fill(this.words.standby_hint, { start: this.phrases.start });
    if (!state.running) return this.words.no_guide;
    return state.exercise || this.words.title;
  }

  minutes(state, placed) {
    if (!state.running) return this.words.no_guide_hint;
    if (!placed || state.state === "finished") return "";
    const minutes = state.minutes_left;
    return minutes > 1 ? fill(this.words.minutes_left, { minutes }) : this.words.minutes_left_soon;
  }

  showPain(state, hurts) {
    byId("painbox").hidden = !hurts;
    if (!hurts || !state.pain) return;
    write(byId("painkind"), this.words[`pain_kind_${state.pain.kind}`] ?? this.words.pain_title);
    byId("painover").hidden = !state.pain.over;
  }

  showLines(state, hurts) {
    const list = byId("lines");
    const lines = (state.lines ?? []).slice(hurts ? -6 : -2);
    const shown = [...list.children].map((item) => item.textContent);
    if (lines.length !== shown.length || lines.some((line, number) => line !== shown[number])) {
      list.replaceChildren(...lines.map((line) => Object.assign(document.createElement("li"), { textContent: line, className: "told" })));
    }
  }

  showEars(state) {
    const { words, phrases } = this;
    const now = state.deaf ? words.cannot_hear : state.other_voice ? words.somebody_speaking
      : state.speaking ? words.guide_speaking : words.listening;
    write(byId("speaking"), state.running ? now : "–");
    const { heard } = state;
    let text = words.heard_nothing;
    if (heard?.command) {
      const phrase = heard.text || phrases[heard.command];
      text = ["page", "home", "button", "stranger"].includes(heard.engine) ? fill(words.heard_press, { phrase }) : `“${phrase}”`;
    } else if (heard) {
      text = words.heard_unknown;
    }
    write(byId("heard"), text);
    const troubles = Object.entries(state.troubles ?? {}).map(([what, kind]) => words[`trouble_${what}_${kind}`] ?? kind);
    if (troubles.join() !== [...byId("troubles").children].map((item) => item.textContent).join()) {
      byId("troubles").replaceChildren(...troubles.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
    }
    const percent = Math.round(100 / (state.pace ?? 1));
    const decibels = (state.gain_db > 0 ? "+" : "") + (state.gain_db ?? 0);
    write(byId("settings"), `${fill(words.pace_value, { percent })} · ${fill(words.volume_value, { decibels })}`);
  }

  showButtons(state, hurts) {
    const possible = new Set(state.running ? state.commands : []);
    const active = document.activeElement;
    for (const [command, button] of this.buttons) {
      let shown = possible.has(command);
      if (KINDS_OF_PAIN.has(command)) shown &&= hurts;  // elsewhere the large button is enough
      if (hurts && LEADS_ON.has(command)) shown = false;  // only a voice leads on after pain
      button.hidden = !shown;
    }
    this.orderAnswers(hurts && state.pain?.kind === "unknown");
    for (const group of document.querySelectorAll("[data-group]")) {
      group.hidden = !group.querySelector("button:not([hidden])");
    }
    byId("starthint").hidden = !(BEFORE_THE_START.has(state.state) && possible.has("start"));
    if (active?.hidden || active?.closest?.("[hidden]")) byId("exercise").focus({ preventScroll: true });
  }

  /** Puts the answers first that the guide is asking for: what it feels like, or yes and no. */
  orderAnswers(asksForKind) {
    if (asksForKind === this.asksForKind) return;
    this.asksForKind = asksForKind;
    const active = document.activeElement;
    const asked = GROUPS.answer.filter((command) => FEELINGS.has(command) === asksForKind);
    const others = GROUPS.answer.filter((command) => !asked.includes(command));
    const keys = document.querySelector('[data-group="answer"] .keys');
    keys.append(...[...asked, ...others].map((command) => this.buttons.get(command)));
    if (keys.contains(active)) active.focus({ preventScroll: true });  // it was moved
  }

  /** Tells a screen reader what changed: the place politely, pain at once, and never the breath. */
  announce(state, hurts) {
    const parts = [byId("state"), byId("exercise"), byId("side"), byId("repeat")].map((one) => one.textContent);
    const place = parts.filter(Boolean).join(". ");
    if (place !== this.announced && !hurts) {
      this.announced = place;
      byId("news").textContent = place;
    }
    const alarm = hurts ? [byId("state").textContent, (state.lines ?? []).at(-1)].filter(Boolean).join(". ") : "";
    if (alarm !== this.alarmed) {
      this.alarmed = alarm;
      byId("alarm").textContent = alarm;
    }
  }
}

/** Shows how loud the microphone is. */
export function showLevel(dbfs) {
  const level = byId("level");
  const bounded = Math.min(0, Math.max(dbfs, LEVEL_LEAST));
  byId("metered").hidden = false;
  level.classList.toggle("loud", dbfs >= LEVEL_LOUD);
  level.firstElementChild.style.transform = `scaleX(${1 - bounded / LEVEL_LEAST})`;
  level.setAttribute("aria-valuenow", bounded);
  level.setAttribute("aria-valuetext", fill(hello.words.level, { level: -bounded }));
}
