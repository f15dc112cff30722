"""How well a person's own words are heard after a rehearsal: `python -m benchmarks.enrolment [--human DIR]`.

Three takes of each word in a quiet moment teach it; other takes test it, in quiet, in pink noise 10 dB below and
in a room of RT60 0.4 s from 2 m away. False alarms are counted on people who read aloud. Settings were chosen with
the people on the side "train" (`training/people.py`); everything here is of the others. Prints Markdown.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from math import sqrt
from pathlib import Path

import numpy as np
import soundfile
import soxr
from voiceguide.hearing.spotter.spotter import Spotter

from training.people import side
from voiceguide.audio.room.acoustics import LEAD, convolve, place
from voiceguide.audio.room.levels import active_dbfs, ratio
from voiceguide.audio.room.parameters import Room
from voiceguide.core.clock import RATE, samples
from voiceguide.core.commands import Command
from voiceguide.hearing.enrolment.embedding import HOP, SpeechEmbedding
from voiceguide.hearing.enrolment.learning import learn
from voiceguide.hearing.enrolment.matching import Enrolled
from voiceguide.hearing.enrolment.templates import Enrolment
from voiceguide.hearing.recognisers.recogniser import Frame
from voiceguide.language.pack import load_language
from voiceguide.speaking.voice import Samples

CONDITIONS = ("quiet", "pink 10 dB", "room 2 m")
ROOMS = 6
LEVEL_DBFS = -30.0
BEFORE, AFTER = samples(1.2), samples(0.9)
TAKES = 3
STANDS_FOR = Command.PAIN
"""People say "stop", "up", "left" and other words; any word can be learned, so each stands for pain."""

COUNTED_FOR = 4
"""False alarms are counted for every word "stop" and one in so many of the others: minutes of reading each."""

VOICES = ("flite slt", "flite rms", "festival ked_diphone", "espeak-ng en-us+m7", "espeak-ng en-gb-scotland")
KOREAN = ("espeak-ng ko+m1", "espeak-ng ko+f4", "espeak-ng ko+linda")
LEARNED_AT = (0.94, 1.0, 1.08)
TESTED_AT = (0.88, 0.97, 1.15)


class Scenes:
    """Puts sounds where somebody is heard; all chance from one seed."""

    def __init__(self) -> None:
        self._rng = np.random.default_rng(11)
        room = Room(rt60_s=0.4, person_m=2.0)
        self._rooms = [place(room, seed).speech for seed in range(ROOMS)]

    def heard(self, sound: Samples, condition: str) -> Frame:
        if condition == "room 2 m":
            sound = convolve(sound, self._rooms[self._rng.integers(ROOMS)])[LEAD:]
        sound = sound * ratio(LEVEL_DBFS - active_dbfs(sound))
        whole = np.concatenate([np.zeros(BEFORE), sound, np.zeros(AFTER)])
        if condition == "pink 10 dB":
            whole += self._pink(len(whole)) * ratio(LEVEL_DBFS - 10)
        whole += self._rng.normal(size=len(whole)) * ratio(-75.0)
        return np.asarray(np.clip(whole * 32767, -32768, 32767), np.int16)

    def _pink(self, count: int) -> np.ndarray:
        spectrum = np.fft.rfft(self._rng.normal(size=count))
        spectrum /= np.sqrt(np.maximum(np.fft.rfftfreq(count, 1 / RATE), 20.0))
        noise = np.fft.irfft(spectrum, count)
        return np.asarray(noise / np.sqrt(np.mean(noise**2)))


@dataclass
class Score:
    """Hits and tries, false alarms and hours, by condition."""

    hits: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    tries: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    alarms: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    hours: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    def recall(self, condition: str) -> str:
        hits, tries = self.hits[condition], self.tries[condition]
        return f"{hits / tries:.0%} ({hits}/{tries}, {wilson(hits, tries)})" if tries else ""

    def per_hour(self, condition: str) -> str:
        hours = self.hours[condition]
        return f"{self.alarms[condition] / hours:.1f}" if hours else ""


def wilson(hits: int, tries: int) -> str:
    share, z = hits / tries, 1.96
    middle = (share + z * z / (2 * tries)) / (1 + z * z / tries)
    half = z * sqrt(share * (1 - share) / tries + z * z / (4 * tries * tries)) / (1 + z * z / tries)
    return f"{100 * max(middle - half, 0):.0f}-{100 * min(middle + half, 1):.0f}"


def strongest(enrolment: Enrolment, vectors: np.ndarray, command: Command) -> float:
    enrolled = Enrolled(enrolment)
    best = 0.0
    for number, vector in enumerate(vectors):
        at = (number + 1) * HOP
        enrolled.accept(vector[None], at)
        best = max(best, enrolled.strongest(command, at - HOP))
    return best


def told(enrolment: Enrolment, vectors: np.ndarray) -> int:
    return len(Enrolled(enrolment).accept(vectors, len(vectors) * HOP))


def of_people(folder: Path, scenes: Scenes, embedding: SpeechEmbedding) -> Iterable[str]:
    clips: dict[tuple[str, str], list[Path]] = defaultdict(list)
    for path in sorted((folder / "speech_commands").rglob("*.flac")):
        if side(path.stem.split("-")[0]) != "train":
            clips[path.parent.name, path.stem.rsplit("-", 1)[0].split("-")[0]].append(path)
    clips = {key: paths for key, paths in clips.items() if len(paths) > TAKES}
    reading = [
        path
        for path in sorted((folder / "librispeech").rglob("*.flac"))
        if side(path.stem.split("-")[0]) != "train"
    ]
    read = {
        condition: np.concatenate([embedding.whole(scenes.heard(_read(path), condition)) for path in reading])
        for condition in CONDITIONS
    }
    minutes = len(read["quiet"]) * HOP / RATE / 60
    score, own, second, refused, agreed = Score(), Score(), Score(), 0, Score()
    with closing(Spotter()) as spotter:
        for number, ((word, _), paths) in enumerate(clips.items()):
            takes = [scenes.heard(_trimmed(_read(path)), "quiet") for path in paths[:TAKES]]
            enrolment = learn({STANDS_FOR: takes}, embedding).enrolment
            if enrolment is None:
                refused += 1
                continue
            for condition in CONDITIONS:
                for path in paths[TAKES:]:
                    sound = scenes.heard(_trimmed(_read(path)), condition)
                    best = strongest(enrolment, embedding.whole(sound), STANDS_FOR)
                    hit = best >= enrolment.bounds[STANDS_FOR].alone
                    for one in (score, own) if word == "stop" else (score,):
                        one.tries[condition] += 1
                        one.hits[condition] += hit
                    agreed.tries[condition] += 1
                    agreed.hits[condition] += best >= enrolment.bounds[STANDS_FOR].agreeing
                    if word == "stop":
                        spotter.restart()
                        second.tries[condition] += 1
                        second.hits[condition] += any(s.command is Command.STOP for s in spotter.accept(sound))
                if word != "stop" and number % COUNTED_FOR:
                    continue
                alarms = told(enrolment, read[condition])
                for one in (score, own) if word == "stop" else (score,):
                    one.alarms[condition] += alarms
                    one.hours[condition] += minutes / 60
    people = len({person for _, person in clips})
    yield f"{len(clips)} words of {people} people, {refused} refused; {minutes:.0f} min read aloud."
    yield from _table(
        [
            ("any word, once learned", score),
            ("the same, enough when another ear agrees", agreed),
            ('"stop", once learned', own),
            ('"stop", second ear alone', second),
        ]
    )


def of_voices(
    voices: Sequence[str], language: str, reading: Path | None, scenes: Scenes, embedding: SpeechEmbedding
) -> Iterable[str]:
    words = load_language(language).rehearsal.words
    others = [said[0] for command, said in load_language(language).commands.items() if command not in words]
    read: dict[str, np.ndarray] = {}
    if reading is not None:
        paths = [p for p in sorted(reading.rglob("*.flac")) if side(p.stem.split("-")[0]) != "train"]
        read = {
            condition: np.concatenate([embedding.whole(scenes.heard(_read(p), condition)) for p in paths])
            for condition in CONDITIONS
        }
    rows: list[tuple[str, Score]] = []
    by_word = {command: Score() for command in words}
    wrong = tried = 0
    for voice in voices:
        score = Score()
        takes = {
            command: [scenes.heard(say(voice, phrase, how), "quiet") for how in LEARNED_AT]
            for command, phrase in words.items()
        }
        lesson = learn(takes, embedding, language)
        enrolment = lesson.enrolment
        if enrolment is None:
            continue
        for condition in CONDITIONS:
            for command, phrase in words.items():
                for how in TESTED_AT:
                    vectors = embedding.whole(scenes.heard(say(voice, phrase, how), condition))
                    found = Enrolled(enrolment).accept(vectors, len(vectors) * HOP)
                    for one in (score, by_word[command]):
                        one.tries[condition] += 1
                        one.hits[condition] += any(match.command is command for match in found)
            if read:
                score.alarms[condition] += told(enrolment, read[condition])
                score.hours[condition] += len(read[condition]) * HOP / RATE / 3600
        for phrase in others:
            tried += 1
            wrong += told(enrolment, embedding.whole(scenes.heard(say(voice, phrase, 1.0), "quiet"))) > 0
        rows.append((voice, score))
    rows += [(f'"{words[command]}", all voices', score) for command, score in by_word.items()]
    yield from _table(rows)
    yield f"Other commands of the same voices taken for a word of safety: {wrong} of {tried}."


def _table(rows: Iterable[tuple[str, Score]]) -> Iterable[str]:
    yield "| | " + " | ".join(CONDITIONS) + " | false an hour: " + ", ".join(CONDITIONS) + " |"
    yield "|---" * (len(CONDITIONS) + 2) + "|"
    for name, score in rows:
        alarms = [score.per_hour(condition) for condition in CONDITIONS]
        recalls = " | ".join(score.recall(condition) for condition in CONDITIONS)
        yield f"| {name} | {recalls} | {', '.join(alarms) if any(alarms) else ''} |"


def _read(path: Path) -> Samples:
    return np.asarray(soundfile.read(path, dtype="float32")[0])


def _trimmed(sound: Samples) -> Samples:
    loud = np.flatnonzero(np.abs(sound) > 0.03 * np.abs(sound).max())
    return sound[max(loud[0] - 800, 0) : loud[-1] + 1600]


_FESTIVAL = (
    "(begin (voice_{voice}) (Parameter.set 'Duration_Stretch {how}) "
    '(utt.save.wave (utt.synth (Utterance Text "{text}")) "{path}" \'riff))'
)
_ENGINES: dict[str, Callable[[str, str, float, str], list[str]]] = {
    "flite": lambda voice, text, how, path: [
        *("flite", "-voice", voice, "--setf", f"duration_stretch={how}"),
        *("-t", text, "-o", path),
    ],
    "espeak-ng": lambda voice, text, how, path: [
        *("espeak-ng", "-v", voice, "-s", f"{150 / how:.0f}"),
        *("-w", path, text),
    ],
    "festival": lambda voice, text, how, path: [
        *("festival", "-b", _FESTIVAL.format(voice=voice, how=how, text=text, path=path))
    ],
}


def say(voice: str, text: str, how: float) -> Samples:
    """Return a text said slower or faster, and the voice by a little higher or deeper each time."""
    engine, _, name = voice.partition(" ")
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/speech.wav"
        subprocess.run(_ENGINES[engine](name, text, how, path), check=True, capture_output=True, timeout=60)
        sound, rate = soundfile.read(path, dtype="float32")
    pitch = 1 + 0.03 * np.sin(1000 * how)
    return _trimmed(np.asarray(soxr.resample(sound, rate, RATE * pitch), np.float32))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--human", type=Path, help="folder of people's recordings, see training/README.md")
    human: Path | None = parser.parse_args().human
    scenes = Scenes()
    with closing(SpeechEmbedding()) as embedding:
        if human is not None:
            print("\n".join(["### People", "", *of_people(human, scenes, embedding), ""]), flush=True)
        reading = None if human is None else human / "librispeech"
        for title, voices, language in (("English voices", VOICES, "en"), ("Korean voices", KOREAN, "ko")):
            lines = of_voices(voices, language, reading, scenes, embedding)
            print("\n".join([f"### {title}", "", *lines, ""]), flush=True)


if __name__ == "__main__":
    main()
