"""Measures the echo canceller: `python -m benchmarks.echo`, from the repository's root.

How well the guide's voice is taken out over time, at drifts, delays and in rooms; what stays of the person's words
and what a recogniser hears then; what it costs. Sound is made as a whole and fed through block by block: no sound
card, no session. Rooms are those of the simulated room (image sources): microphone 0.15 m from the loudspeaker,
person at 2 m. Needs `pip install 'voiceguide[bench]'`.
"""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray
from rich.console import Console

from benchmarks.tables import Table
from voiceguide.audio.port import BLOCK
from voiceguide.audio.room.acoustics import LEAD, Placed, convolve, place
from voiceguide.audio.room.levels import active_dbfs, ratio
from voiceguide.audio.room.parameters import Room
from voiceguide.audio.samples import to_int16
from voiceguide.core.clock import RATE, samples
from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.core.script import everything_said
from voiceguide.demo.flite import FliteVoice
from voiceguide.hearing.ears import Ears
from voiceguide.hearing.front_end.canceller import EchoCanceller
from voiceguide.hearing.front_end.speex import LIBRARIES
from voiceguide.hearing.recognisers.choose import choose_recogniser
from voiceguide.hearing.recognisers.recogniser import Recogniser
from voiceguide.language.pack import load_language
from voiceguide.routine.load import find_routine, load_routine
from voiceguide.speaking.cache import SpeechStore
from voiceguide.speaking.choose import choose_voice
from voiceguide.speaking.voice import Samples

MOMENTS_S = (2, 5, 8, 15, 30, 60)
"""Seconds of the guide's speech, pauses not counted, around which ERLE is taken."""

AROUND_S = 3.0
LENGTH_S = 130
SEED = 1
ECHO_DBFS = -26.0
HISS_DBFS = -70.0
HOLD_S = 12.0
HOLD_SHARE = 0.1
VOICES = ("slt", "rms")
PAIN = ("it hurts", "sharp pain", "I feel pain", "shooting pain", "that hurts", "pain")
FIRST_WORD_S, EVERY_S, WITHIN_S = 15.0, 4.0, 1.5
COVERED = 0.8
"""Share of a word during which the guide speaks."""

Pcm = NDArray[np.int16]


@dataclass(frozen=True)
class Way:
    """The way from loudspeaker to microphone."""

    delay_ms: float = 80.0
    drift_ppm: float = 0.0
    rt60_s: float = 0.4
    drive: float = 0.0
    hiss_dbfs: float = HISS_DBFS

    def placed(self) -> Placed:
        """Return the room of it."""
        return place(Room(rt60_s=self.rt60_s), SEED)

    def echo(self, reference: Samples) -> Samples:
        """Return what the microphone hears of a reference, noise included."""
        played = np.tanh(self.drive * reference) / self.drive if self.drive else reference
        heard = convolve(played, self.placed().echo)[LEAD:]
        heard = heard * ratio(ECHO_DBFS - active_dbfs(heard))
        heard = np.concatenate([np.zeros(samples(self.delay_ms / 1000)), heard])
        if self.drift_ppm:
            heard = soxr.resample(heard, RATE, RATE * (1 + self.drift_ppm * 1e-6), quality="VHQ")
        noise = np.random.default_rng(SEED).normal(0, ratio(self.hiss_dbfs), len(reference))
        return np.asarray(np.pad(heard, (0, len(reference)))[: len(reference)] + noise, np.float32)


@dataclass
class Run:
    """What a canceller made of a microphone's sound."""

    clean: Pcm
    canceller: EchoCanceller
    found_s: float | None
    block_ms: list[float] = field(repr=False)


@cache
def sentences() -> tuple[Samples, ...]:
    """Return everything the guide says in the longest routine, in the best voice installed."""
    routine = load_routine(find_routine("psoas-release"))
    language = load_language(routine.language)
    with closing(choose_voice(routine.language)) as voice:
        store = SpeechStore(voice)
        texts = list(everything_said(routine, language.phrases))
        store.prepare(texts)
        return tuple(store.samples(text) for text in texts)


@cache
def guide(length_s: float, seed: int = SEED) -> Samples:
    """Return the guide speaking, with pauses of 0.2 to 2 s and now and then a hold."""
    chance = np.random.default_rng(seed)
    said, pieces, length = sentences(), [], 0
    while length < samples(length_s):
        pause = HOLD_S if chance.random() < HOLD_SHARE else chance.uniform(0.2, 2.0)
        pieces += [np.zeros(samples(pause), np.float32), said[chance.integers(len(said))]]
        length += len(pieces[-1]) + len(pieces[-2])
    return np.concatenate(pieces)[: samples(length_s)]


def run(canceller: EchoCanceller, microphone: Pcm, reference: Samples) -> Run:
    """Feed a microphone's sound through a canceller, and close it."""
    clean, took, found = [], [], None
    for at in range(0, len(microphone) - BLOCK + 1, BLOCK):
        began = time.thread_time()
        clean.append(canceller.process(microphone[at : at + BLOCK], reference[at : at + BLOCK]))
        took.append(1000 * (time.thread_time() - began))
        if found is None and canceller.delay_ms is not None:
            found = at / RATE
    result = Run(np.concatenate(clean), canceller, found, took)
    canceller.close()
    return result


def speech_blocks(reference: Samples, delay_ms: float) -> NDArray[np.bool_]:
    """Tell of each block whether the microphone hears the guide in it."""
    late = np.roll(reference, samples(delay_ms / 1000))
    powers = np.mean(np.square(late[: len(late) // BLOCK * BLOCK].reshape(-1, BLOCK)), axis=1)
    return np.asarray(powers > 1e-6)


def erle_db(microphone: Pcm, clean: Pcm, spoken: NDArray[np.bool_]) -> list[float | None]:
    """Return ERLE around `MOMENTS_S` of speech."""
    powers = [
        np.sum(np.square(sound[: len(spoken) * BLOCK].astype(float).reshape(-1, BLOCK)), axis=1)
        for sound in (microphone, clean)
    ]
    blocks = np.flatnonzero(spoken)
    half = int(AROUND_S / 2 * RATE / BLOCK)
    values: list[float | None] = []
    for moment in MOMENTS_S:
        middle = moment * RATE // BLOCK
        chosen = blocks[max(0, middle - half) : middle + half]
        whole = middle + half <= len(blocks)
        values.append(float(10 * np.log10(powers[0][chosen].sum() / powers[1][chosen].sum())) if whole else None)
    return values


def measure_erle() -> Table:
    """Measure ERLE over time; the gate behind the filter is off."""
    table = Table(
        "Echo: how much of the guide's voice the filter takes out",
        "ERLE in dB around so many seconds of the guide's speech; found: seconds from its first word until "
        "the delay is known. Drift is of the microphone's clock. One room and one stream of speech a row.",
        ["condition", *(f"{moment} s" for moment in MOMENTS_S), "found s", "delay off ms", "drift found ppm"],
    )
    reference = guide(LENGTH_S)
    first_s = np.flatnonzero(reference)[0] / RATE
    conditions: list[tuple[str, Way, bool]] = []
    for drift in (0, 20, 50, 100):
        conditions.append((f"drift {drift} ppm, followed", Way(drift_ppm=drift), True))
        conditions.append((f"drift {drift} ppm, not followed", Way(drift_ppm=drift), False))
    conditions += [(f"delay {delay} ms, 30 ppm", Way(delay, 30), True) for delay in (20, 60, 120, 200, 500)]
    conditions += [(f"RT60 {rt60} s", Way(rt60_s=rt60), True) for rt60 in (0.2, 0.6)]
    conditions += [(f"loudspeaker tanh {drive}x", Way(drive=drive), True) for drive in (1, 3)]
    conditions += [(f"noise {level} dBFS", Way(hiss_dbfs=level), True) for level in (-50, -40)]
    for name, way, follow in conditions:
        microphone = to_int16(way.echo(reference))
        done = run(EchoCanceller(follow_drift=follow, quieten=False), microphone, reference)
        end_ms = way.delay_ms + way.drift_ppm * 1e-3 * LENGTH_S
        found = done.canceller
        # A direct path of 0.15 m takes 0.4 ms.
        off = "-" if found.delay_ms is None else f"{found.delay_ms - end_ms - 0.44:+.2f}"
        faster = "-" if found.drift_ppm is None else f"{found.drift_ppm:+.1f}"
        values = erle_db(microphone, done.clean, speech_blocks(reference, way.delay_ms))
        cells = ["-" if value is None else f"{value:.1f}" for value in values]
        table.add(name, *cells, "-" if done.found_s is None else f"{done.found_s - first_s:.1f}", off, faster)
    return table


def measure_cost() -> Table:
    """Measure both libraries: quality and time."""
    table = Table(
        "Echo: libraries and cost",
        "ERLE in dB after 30 s of speech without drift, and with 50 ppm followed; CPU time for 10 ms of sound on "
        "one core, the whole canceller with gate.",
        ["library", "ERLE", "ERLE at 50 ppm", "median ms", "99% ms", "worst ms", "share of a core"],
    )
    reference = guide(LENGTH_S)
    for library in LIBRARIES:
        values = []
        for drift in (0.0, 50.0):
            way = Way(drift_ppm=drift)
            microphone = to_int16(way.echo(reference))
            try:
                linear = EchoCanceller(quieten=False, libraries=(library,))
            except Exception as error:  # noqa: BLE001 - a table with a hole says more than none
                table.add(f"{library}: {error}"[:60])
                break
            done = run(linear, microphone, reference)
            found = erle_db(microphone, done.clean, speech_blocks(reference, way.delay_ms))
            values.append(found[MOMENTS_S.index(30)] or 0.0)
        else:
            took = np.array(run(EchoCanceller(libraries=(library,)), microphone, reference).block_ms)
            median, most = np.percentile(took, (50, 99))
            cells = [f"{value:.1f}" for value in values]
            share = took.mean() / (1000 * BLOCK / RATE)
            table.add(
                done.canceller.name, *cells, f"{median:.3f}", f"{most:.3f}", f"{took.max():.2f}", f"{share:.1%}"
            )
    return table


def calls(reference: Samples) -> list[tuple[int, Samples]]:
    """Return when the person says what, always into the guide's words, in voices that nothing was chosen with."""
    voices = [FliteVoice(name) for name in VOICES]
    said = {(which, text): voices[which].render(text) for which in range(len(voices)) for text in PAIN}
    guide_speaks = np.repeat(speech_blocks(reference, 0), BLOCK)
    words: list[tuple[int, Samples]] = []
    at = samples(FIRST_WORD_S)
    while True:
        number = len(words)
        word = said[number % len(voices), PAIN[number // len(voices) % len(PAIN)]]
        while at + len(word) < len(guide_speaks) and np.mean(guide_speaks[at : at + len(word)]) < COVERED:
            at += BLOCK
        if at + len(word) + samples(2 * WITHIN_S) > len(guide_speaks):
            return words
        words.append((at, word))
        at += samples(EVERY_S)


def person(words: list[tuple[int, Samples]], length: int, room: Placed, dbfs: float) -> Samples:
    """Return what the microphone hears of the person, each word at a level."""
    heard = np.zeros(length, np.float32)
    for at, word in words:
        sound = convolve(word, room.speech)[LEAD:]
        sound = sound * np.float32(ratio(dbfs - active_dbfs(sound)))
        heard[at : at + len(sound)] += sound[: length - at]
    return heard


def pain_heard(engine: Recogniser, sound: Pcm, words: list[tuple[int, Samples]]) -> tuple[int, int]:
    """Return how many words were taken for pain, and how many reports of pain belong to none."""
    ears = Ears(engine, load_language("en"))
    ears.listen_for(frozenset(Command))
    verdicts = [one for at in range(0, len(sound), BLOCK) for one in ears.accept(sound[at : at + BLOCK])]
    heard = [one.heard for one in verdicts if one.heard]
    times = [one.at for one in heard if one.command in PAIN_FAMILY]
    spans = [(at, at + len(word) + samples(WITHIN_S)) for at, word in words]
    right = sum(any(low < at < high for at in times) for low, high in spans)
    return right, sum(not any(low < at < high for low, high in spans) for at in times)


def si_sdr_db(said: Samples, heard: Samples) -> float:
    """Return the scale-invariant signal-to-distortion ratio (Le Roux et al. 2019)."""
    target = np.dot(heard, said) / np.dot(said, said) * said
    return float(10 * np.log10(np.sum(np.square(target)) / np.sum(np.square(heard - target))))


def measure_words() -> Table:
    """Measure what stays of the person's words."""
    reference = guide(LENGTH_S + 30, seed=2)
    words = calls(reference)
    table = Table(
        "Echo: words spoken over the guide",
        f"{len(words)} reports of pain by flite's slt and rms at 2 m, each while the guide speaks; "
        "delay 80 ms, 50 ppm. SI-SDR in dB is the median over the words, against the word alone through the same "
        "filter (which turns low tones' phases). Heard by the program's English recogniser, right + false: the "
        "word without any echo, with the echo, behind the filter, and behind the gate as well.",
        ["speech to echo", "SI-SDR before", "after", "no echo", "with echo", "filter", "filter and gate"],
    )
    engine = choose_recogniser("en", "moonshine")
    way = Way(drift_ppm=50)
    echo, room = way.echo(reference), way.placed()
    hiss = np.random.default_rng(SEED + 1).normal(0, ratio(HISS_DBFS), len(reference)).astype(np.float32)
    for to_echo_db in (0, -10, -15, -20):
        said = person(words, len(reference), room, ECHO_DBFS + to_echo_db)
        microphone = to_int16(echo + said)
        linear = run(EchoCanceller(quieten=False), microphone, reference).clean
        gated = run(EchoCanceller(), microphone, reference).clean
        alone = run(EchoCanceller(), to_int16(said + hiss), np.zeros_like(reference)).clean
        before, after = (
            np.median(
                [
                    si_sdr_db(alone[at : at + len(word)].astype(float), sound[at : at + len(word)].astype(float))
                    for at, word in words
                ]
            )
            for sound in (microphone, linear)
        )
        heard = [pain_heard(engine, sound, words) for sound in (alone, microphone, linear, gated)]
        cells = [f"{right} + {wrong}" for right, wrong in heard]
        table.add(f"{to_echo_db} dB", f"{before:.1f}", f"{after:.1f}", *cells)
    engine.close()
    return table


TABLES = {"erle": measure_erle, "cost": measure_cost, "words": measure_words}


def echo(name: str) -> dict[str, Any]:
    """Measure one of the tables and return it as plain data."""
    return asdict(TABLES[name]())


def main() -> None:
    """Print the tables."""
    console = Console()
    for measure in TABLES.values():
        table = measure()
        console.print(table.for_terminal(), table.about, "", sep="\n")


if __name__ == "__main__":
    main()
