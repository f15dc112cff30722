/** Which voice speaks: only those that are here are offered, and one that is chosen speaks from the next session on. */

import { fill } from "/session.js";
import { hello, post, Refusal } from "/server.js";

const byId = (id) => document.getElementById(id);
const nameOf = (voice) => hello.words[`voice_${voice}`] ?? voice;

export class VoiceChoice {
  constructor() {
    this.speaks = null;
    this.choice = byId("voice");
    this.choice.replaceChildren(...hello.voices.map((voice) => new Option(nameOf(voice), voice)));
    this.choice.value = hello.voice_kept ?? hello.voices[0];
    this.choice.addEventListener("change", () => this.choose(this.choice.value));
    byId("voicebox").hidden = hello.voices.length < 2;
  }

  /** Takes what was told. */
  tell({ voice, voice_next: next }) {
    this.speaks = voice;
    if (voice === null) return;
    if (document.activeElement !== this.choice) this.choice.value = next ?? voice;  // nobody is just choosing
    this.explain(this.choice.value);
  }

  explain(wanted) {
    const { words } = hello;
    byId("voice-when").textContent = wanted === this.speaks ? "" : fill(words.voice_next, { voice: nameOf(wanted) });
  }

  async choose(voice) {
    try {
      await post("/api/voice", { voice });
      this.explain(voice);
    } catch (refusal) {
      const word = refusal instanceof Refusal ? `refused_${refusal.message}` : "refused_other";
      byId("voice-when").textContent = refusal.answer?.told ?? fill(hello.words[word] ?? hello.words.refused_other, { seconds: refusal.waitS ?? 0 });
    }
  }
}
