"""Fits how sure the guide is of what it heard: `python -m training.verdict --human DIR`, or `make fit-verdict`.

Voices and people for tuning say what people say to the guide, and what is no command, in simulated rooms. The real
endpointer and the real recogniser hear it; what they made of it is kept under `build/training`, because that is
slow. A logistic model then learns from the evidence (`hearing/verdict/reading.py`) which candidates were said. It
writes `voiceguide/hearing/verdict/weights.yaml`; the thresholds in it are chosen by hand from the table that is
printed: how much of what was said each would catch, and how many false events it would let through.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import astuple, dataclass
from functools import cache, partial
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from benchmarks.phrasings import NONE, phrasings
from training.people import PEOPLE_SAY, clips
from training.reading import reading
from training.texts import negatives, phrases
from training.voices import Sound, already_spoken, spoken, takes
from voiceguide.audio.port import BLOCK
from voiceguide.audio.room import Noise, Placed, Room, place
from voiceguide.audio.room.levels import ratio, rms_dbfs
from voiceguide.audio.room.noises import make
from voiceguide.audio.samples import to_int16
from voiceguide.core.clock import samples, seconds
from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.hearing.recognisers.choose import choose_recogniser, sayable
from voiceguide.hearing.recognisers.moonshine.head import FILE as HEAD_FILE
from voiceguide.hearing.recognisers.recogniser import Frame, Hypothesis, Recogniser, Sparing
from voiceguide.hearing.vad.somebody import Somebody
from voiceguide.hearing.verdict.reading import EVIDENCE, Candidate, Reading
from voiceguide.hearing.verdict.situation import Around
from voiceguide.hearing.verdict.sureness import FILE, kind_of
from voiceguide.language.pack import load_language

KEPT = Path("build/training/heard")
BEFORE, AFTER = samples(1.5), samples(0.8)
HISS_DBFS = -76.0
PINK_DB = 10.0
READ_EACH = 12
"""Sentences that each voice reads."""

RIDGE = 0.3
"""Weight of the squared weights: evidence that tells little stays near zero."""


@dataclass(frozen=True)
class Said:
    """Something said, or not.

    Attributes:
        who: for the table.
        text: the words.
        means: what it means; empty for speech that is no command.
        sound: `(n,)`, at any level.
    """

    who: str
    text: str
    means: frozenset[Command]
    sound: Sound


@dataclass(frozen=True)
class Example:
    """What the recogniser made of it: one hypothesis.

    Attributes:
        said: what was said.
        condition: quiet or pink.
        hypothesis: what was heard.
        around: what was known about the room.
        hours: of sound that it stands for.
    """

    said: Said
    condition: str
    hypothesis: Hypothesis
    around: Around
    hours: float


def everything(human: Path | None) -> Iterator[Said]:
    """Yield what is said on the sides for training and tuning."""
    wanted = {one.text: frozenset(map(Command, set(one.means) - {NONE})) for one in phrasings("tune")}
    wanted |= {text: frozenset({command}) for text, command in phrases().items() if text not in wanted}
    wanted |= {text: frozenset() for text in negatives() if text not in wanted}
    sentences = reading("tune", 1)
    for take in takes("tune"):
        for text, sound in already_spoken(take).items():
            if text in wanted:
                yield Said(take.name, text, wanted[text], sound)
        for text, sound in spoken(take, islice(sentences, READ_EACH)).items():
            yield Said(f"{take.name}, reading", text, frozenset(), sound)
    if human is None:
        print("no people's recordings: fitted on synthetic voices alone")
        return
    # The words' head has learned from the side for training: what it says of them would be too good.
    words = [clip for clip in clips(human, "tune") if clip.kind == "speech_commands"]
    commands = [clip for clip in words if clip.word in PEOPLE_SAY]
    others = [clip for clip in words if clip.word not in PEOPLE_SAY]
    read = [clip for side in ("train", "tune") for clip in clips(human, side) if clip.kind == "librispeech"]
    for clip in (*commands, *others, *read):
        means = frozenset({Command(clip.word)}) if clip.word in PEOPLE_SAY else frozenset()
        yield Said(f"people, {clip.kind}", clip.word, means, clip.sound)


def heard(said: Sequence[Said], condition: str) -> list[Example]:
    """Return what the recogniser made of it in a room, each by itself."""
    pack = load_language("en")
    recogniser = choose_recogniser("en", "moonshine")
    if isinstance(recogniser, Sparing):
        recogniser.spare(sparing=True)  # nothing is learned from partial results
    wanted = sayable(pack)
    state = sha256(json.dumps([wanted.phrases, dict(wanted.patterns), wanted.before, wanted.after]).encode())
    state.update(HEAD_FILE.read_bytes())
    kept = KEPT / f"{condition}-{state.hexdigest()[:12]}.jsonl"
    kept.parent.mkdir(parents=True, exist_ok=True)
    lines = [json.loads(line) for line in kept.read_text().splitlines()] if kept.exists() else []
    known = {(who, text, time): (found, long_s) for who, text, time, found, long_s in lines}
    rooms = [place(Room(rt60_s=rt60_s, person_m=2.0), seed) for seed, rt60_s in ((21, 0.3), (22, 0.45))]
    examples, times = [], Counter[tuple[str, str]]()
    with kept.open("a", encoding="utf-8") as file:
        for number, one in enumerate(said):
            key = one.who, one.text, times[one.who, one.text]
            times[one.who, one.text] += 1
            if key not in known:
                stream = in_room(one.sound, condition, rooms[number % len(rooms)], number)
                known[key] = listened(recogniser, stream), seconds(len(stream))
                file.write(json.dumps([*key, *known[key]]) + "\n")
            found, long_s = known[key]
            for fields, stood_out in found:
                hypothesis = Hypothesis.from_fields(fields)
                hours = long_s / 3600 / len(found)
                examples.append(Example(one, condition, hypothesis, Around(stood_out=stood_out), hours))
    recogniser.close()
    return examples


def listened(recogniser: Recogniser, stream: Frame) -> list[tuple[tuple[Any, ...], bool]]:
    """Return the final hypotheses of a stream, and whether a voice stood out at each."""
    recogniser.restart()
    somebody = Somebody()
    found = []
    for at in range(0, len(stream), BLOCK):
        frame = stream[at : at + BLOCK]
        somebody.accept(frame)
        found += [(astuple(one), somebody.stood_out) for one in recogniser.accept(frame) if one.final]
    return found


def in_room(sound: Sound, condition: str, placed: Placed, seed: int) -> Frame:
    """Return a sound as the microphone hears it two metres away."""
    rng = np.random.default_rng([seed, 3])
    speech = placed.spoken(sound)
    stream = np.concatenate((np.zeros(BEFORE, np.float32), speech, np.zeros(AFTER, np.float32)))
    stream += rng.normal(0, ratio(HISS_DBFS), len(stream)).astype(np.float32)
    if condition == "pink":
        loop = _pink()
        noise = np.resize(np.roll(loop, -int(rng.integers(len(loop)))), len(stream))
        stream += noise * np.float32(ratio(placed.room.speech_dbfs - PINK_DB - rms_dbfs(noise)))
    return to_int16(stream)


@cache
def _pink() -> Sound:
    return make(Noise.PINK, 7)


def candidates(examples: Iterable[Example]) -> Iterator[tuple[Example, Candidate, bool]]:
    """Yield every candidate of every example, and whether it was said."""
    reading = Reading(load_language("en"))
    for example in examples:
        means = example.said.means
        for one in reading.candidates(example.hypothesis, frozenset(Command), example.around):
            right = one.command in means or (one.command in PAIN_FAMILY and bool(means & PAIN_FAMILY))
            yield example, one, right


def fit(
    evidence: NDArray[np.float64], right: NDArray[np.bool_], weight: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the weights of a logistic model, the bias last, by Newton's method."""
    columns = np.column_stack((evidence, np.ones(len(evidence))))
    weights = np.zeros(columns.shape[1])
    ridge = np.full(columns.shape[1], RIDGE)
    ridge[-1] = 0.0
    for _ in range(50):
        sure = 1 / (1 + np.exp(-columns @ weights))
        gradient = columns.T @ (weight * (sure - right)) + ridge * weights
        curvature = columns.T @ (columns * (weight * sure * (1 - sure))[:, None]) + np.diag(ridge)
        step = np.linalg.solve(curvature, gradient)
        weights -= step
        if np.abs(step).max() < 1e-6:
            break
    return weights


def main() -> None:
    """Fit the model and write it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--human", type=Path, help="folder of people's recordings (see training/README.md)")
    options = parser.parse_args()
    said = list(everything(options.human))
    with ProcessPoolExecutor(2) as pool:
        examples = [one for some in pool.map(partial(heard, said), ("quiet", "pink")) for one in some]
    found = list(candidates(examples))
    names = list(EVIDENCE)
    evidence = np.array([[one.evidence[name] for name in names] for _, one, _ in found])
    right = np.array([right for *_, right in found])
    weights = fit(evidence, right, np.ones(len(right)))
    kept = yaml.safe_load(FILE.read_text(encoding="utf-8")) if FILE.exists() else {"thresholds": {}}
    lines = [HEAD, "weights:"]
    lines += [f"  {name}: {one:.4f}" for name, one in zip([*names, "bias"], weights.tolist(), strict=True)]
    lines.append("thresholds:")
    for kind, limits in kept["thresholds"].items():
        lines.append(f"  {kind}: {{{', '.join(f'{name}: {one:g}' for name, one in limits.items())}}}")
    FILE.write_text("\n".join([*lines, ""]), encoding="utf-8")
    sure = 1 / (1 + np.exp(-(evidence @ weights[:-1] + weights[-1])))
    report(found, sure)


def report(found: Sequence[tuple[Example, Candidate, bool]], sure: NDArray[np.float64]) -> None:
    """Print what each threshold would catch, and what it would let through."""
    best: dict[int, tuple[float, Candidate, bool, Example]] = {}
    for (example, candidate, right), one in zip(found, sure, strict=True):
        if one > best.get(id(example), (-1.0,))[0]:
            best[id(example)] = float(one), candidate, right, example
    hours = sum(
        example.hours for example in {id(one): one for one, *_ in found}.values() if not example.said.means
    )
    print(f"{len(best)} utterances, {hours:.2f} hours of speech that is no command")
    for kind in ("pain", "stop", "place", "answer", "other"):
        for condition in ("quiet", "pink"):
            line = [f"{kind:7} {condition:6}"]
            of_kind = [
                one
                for one in best.values()
                if one[3].condition == condition and any(kind_of(command) == kind for command in one[3].said.means)
            ]
            false = [
                one
                for one in best.values()
                if one[3].condition == condition and not one[2] and kind_of(one[1].command) == kind
            ]
            for least in (0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95):
                hit = sum(one[2] and one[0] >= least for one in of_kind)
                wrong = sum(one[0] >= least for one in false)
                line.append(f"{least:g}: {100 * hit / max(len(of_kind), 1):.0f}%/{wrong}")
            print("  ".join(line), f"({len(of_kind)} said)")


HEAD = "# How sure the guide is. `make fit-verdict` writes the weights; the thresholds are chosen by hand."

if __name__ == "__main__":
    main()
