/** The way to the server and back: requests, the stream of events, and the server's clock. */

const TOKEN = "X-Voiceguide-Token";
const CLOCK_TRIES = 6;
const CLOCK_EVERY_MS = 60_000;
const LOST_AFTER_MS = 3_000;

/** What the server said at the beginning: words, phrases, the token, whether this browser is paired. */
export let hello = null;

/** A refusal, with the server's word for the reason. */
export class Refusal extends Error {
  constructor(status, answer) {
    super(answer.error ?? "failed");
    this.status = status;
    this.waitS = Math.ceil(answer.wait_s ?? 0);
    this.answer = answer;
  }
}

async function answerOf(response) {
  const text = await response.text();
  let answer = {};
  try { answer = text ? JSON.parse(text) : {}; } catch { /* not ours */ }
  if (!response.ok) throw new Refusal(response.status, answer);
  return answer;
}

export async function greet() {
  hello = await get("/api/hello");
  return hello;
}

export async function get(path) {
  return answerOf(await fetch(path, { cache: "no-store", credentials: "same-origin" }));
}

/** Sends something; after a restart of the server the token may be another one, so it is asked for once more. */
export async function post(path, body, again = true) {
  const response = await fetch(path, {
    method: "POST",
    credentials: "same-origin",
    headers: { "Content-Type": "application/json", [TOKEN]: hello?.token ?? "" },
    body: JSON.stringify(body),
  });
  try {
    return await answerOf(response);
  } catch (refusal) {
    if (!again || refusal.message !== "token") throw refusal;
    await greet();
    return post(path, body, false);
  }
}

/** The server's clock, by which it is the same moment on the speaker and here. */
export const clock = {
  offsetS: null,

  /** Seconds of the server's clock, null until it was asked. */
  now() {
    return this.offsetS === null ? null : performance.now() / 1000 + this.offsetS;
  },

  /** Asks a few times and believes the quickest answer: its error is at most half of what it took. */
  async set() {
    let best = Infinity, offset = null;
    for (let i = 0; i < CLOCK_TRIES; i++) {
      const sent = performance.now();
      const { now_s } = await get("/api/clock");
      const came = performance.now();
      if (came - sent < best) {
        best = came - sent;
        offset = now_s - (sent + came) / 2000;
      }
    }
    this.offsetS = offset;
  },
};

/**
 * Listens until the page is closed. The browser opens a broken stream again by itself, unless the server refused it;
 * then it is tried here.
 *
 * @param {{state: Function, level: Function, connected: Function, lost: Function}} told
 */
export function listen(told) {
  let source = null, losing = null;
  const open = () => {
    source = new EventSource("/api/events");
    source.addEventListener("open", async () => {
      clearTimeout(losing);
      losing = null;
      try { await clock.set(); } catch { /* the stream tells when the server is gone */ }
      told.connected();
    });
    source.addEventListener("state", (event) => told.state(JSON.parse(event.data)));
    source.addEventListener("level", (event) => told.level(Number(event.data)));
    source.addEventListener("error", () => {
      losing ??= setTimeout(told.lost, LOST_AFTER_MS);
      if (source.readyState === EventSource.CLOSED) setTimeout(reopen, 2_000);
    });
  };
  const reopen = async () => {
    try {
      if ((await greet()).paired) open();
      else location.reload();
    } catch {
      told.lost();
      setTimeout(reopen, 2_000);
    }
  };
  open();
  setInterval(() => clock.set().catch(() => {}), CLOCK_EVERY_MS);
}
