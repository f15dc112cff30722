/**
 * The breathing circle. It turns when the guide's word sounds: every phase has its place in the guide's own time,
 * which is counted in samples, and `start` says when sample 0 was heard on the server's clock.
 *
 * What is told may come early (the sound is still on its way to the loudspeaker) or late (the network is slow). So
 * phases are kept with their times, the next one is known beforehand, and the circle asks each frame which one it is.
 */

import { clock } from "/server.js";

const SMALL = 0.42;
const KEPT = 4;

const still = matchMedia("(prefers-reduced-motion: reduce)");

/** Which phase is it, of a list in order of time? */
export function phaseAt(phases, time) {
  return phases.findLast((phase) => phase.begins <= time) ?? phases[0] ?? null;
}

/** How full the lungs are, 0 to 1: slow at both ends, as breath is. */
export function fullness(phase, time) {
  const done = Math.min(Math.max((time - phase.begins) / phase.length, 0), 1);
  const eased = (1 - Math.cos(Math.PI * done)) / 2;
  return phase.inward ? eased : 1 - eased;
}

export class Breath {
  /** @param {Record<string, string>} words */
  constructor(words) {
    this.words = words;
    this.box = document.getElementById("breath");
    this.disc = this.box.querySelector(".disc");
    this.progress = this.box.querySelector(".progress");
    this.label = document.getElementById("phase");
    this.left = document.getElementById("left");
    this.phases = [];
    this.state = null;
    this.from = null;
    this.drawing = false;
  }

  /** Takes what was told. */
  tell(state) {
    const { breath, ends_s: ends, start_s: start } = state;
    const before = this.state;
    this.state = start === null ? null : { start, ends };
    this.box.hidden = ends === null || start === null;
    if (this.box.hidden) {
      this.phases = [];
      this.from = null;
      return;
    }
    if (this.from === null || before === null || ends > before.ends + 0.5) this.from = this.time();
    if (breath) this.keep(breath);
    if (!this.drawing) {
      this.drawing = true;
      requestAnimationFrame(() => this.draw());
    }
  }

  keep({ inward, begins_s: begins, length_s: length, follows_s: follows }) {
    const kept = this.phases.filter((phase) => phase.begins < begins - 0.05);
    kept.push({ inward, begins, length });
    if (follows > 0) kept.push({ inward: !inward, begins: begins + length, length: follows });
    this.phases = kept.slice(-KEPT);
  }

  /** Seconds of the guide's time that are heard at this moment. */
  time() {
    const now = clock.now();
    return now === null || this.state === null ? null : now - this.state.start;
  }

  /** Draws frame after frame, as long as there is a hold. */
  draw() {
    const time = this.time();
    if (this.box.hidden || time === null) {
      this.drawing = false;
      return;
    }
    this.drawAt(time);
    requestAnimationFrame(() => this.draw());
  }

  /** Draws what belongs to a moment of the guide's time. */
  drawAt(time) {
    const left = Math.max(0, this.state.ends - time);
    const text = String(Math.ceil(left));
    if (this.left.textContent !== text) {
      this.left.textContent = text;
      this.left.setAttribute("aria-label", this.words.seconds_left.replace("{seconds}", text));
      const whole = this.state.ends - this.from;
      this.progress.style.strokeDashoffset = String(100 - 100 * Math.min(1, left / whole));
    }
    const phase = phaseAt(this.phases, time);
    if (phase) {
      const name = phase.inward ? "in" : "out";
      if (this.box.dataset.phase !== name) {
        this.box.dataset.phase = name;
        this.label.textContent = this.words[`breathe_${name}`];
      }
      if (!still.matches) {
        this.disc.style.transform = `scale(${(SMALL + (1 - SMALL) * fullness(phase, time)).toFixed(4)})`;
      }
    }
  }
}
