"""What is measured, each in a process of its own: `python -m benchmarks.jobs NAME JSON` prints its report."""

# ruff: noqa: PLC0415 - each job imports what it needs: an import is part of what it costs

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from benchmarks.measure import high_water_mb

Report = dict[str, Any]


def start(routine: str, voice: str, engine: str) -> Report:
    """Begin a session as `voiceguide run` does, up to the first sound."""
    import voiceguide.cli.main
    from benchmarks.room import LeftRoom, Room
    from voiceguide.app import Choices, prepare
    from voiceguide.history.journal import Journal

    del voiceguide

    class Listener(Room):
        def exchange(self, block: Any) -> Any:
            if np.abs(block).max() > 10 ** (-60 / 20):
                raise LeftRoom
            return super().exchange(block)

    imported = time.monotonic()
    with prepare(Choices(routine, voice, engine)) as prepared:
        loaded = time.monotonic()
        prepared.render()
        rendered = time.monotonic()
        guide = prepared.guide(Listener(), Journal())
        with suppress(LeftRoom):
            guide.run()
        first_sound = time.monotonic()
    return {"imported": imported, "loaded": loaded, "rendered": rendered, "first_sound": first_sound}


def render(routine: str, voice: str) -> Report:
    """Render everything a routine may say."""
    from voiceguide.core.script import everything_said
    from voiceguide.language.pack import load_language
    from voiceguide.routine.load import load_routine
    from voiceguide.speaking.cache import SpeechStore
    from voiceguide.speaking.choose import choose_voice

    plan = load_routine(Path(routine))
    texts = list(dict.fromkeys(everything_said(plan, load_language(plan.language).phrases)))
    with closing(choose_voice(plan.language, voice)) as speaker:
        speech = SpeechStore(speaker)
        began, cpu = time.monotonic(), time.process_time()
        speech.prepare(texts)
        wall_s, cpu_s = time.monotonic() - began, time.process_time() - cpu
        speech_s = sum(map(speech.length, texts)) / 16_000
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "wall_s": wall_s,
        "cpu_s": cpu_s,
        "child_cpu_s": children.ru_utime + children.ru_stime,
        "utterances": len(texts),
        "speech_s": speech_s,
    }


def rehearse(routine: str, voice: str, engine: str, microphone: str) -> Report:
    """Play a whole session with somebody who is always ready, and write what the microphone heard."""
    from benchmarks.room import ReadyPerson, Room
    from voiceguide.app import Choices, prepare
    from voiceguide.demo.persons import person_voice
    from voiceguide.history.journal import Journal

    ended: list[str] = []
    with prepare(Choices(routine, voice, engine)) as prepared:
        prepared.render()
        language = prepared.language
        with closing(person_voice(language.language)) as person_speaks:
            room = Room()
            person = ReadyPerson(room, person_speaks.render, language)
        journal = Journal()
        journal.watch(person.notice)
        journal.watch(lambda entry: ended.append(entry["how"]) if entry["kind"] == "finished" else None)
        prepared.guide(room, journal, first_time=False, watch=lambda _: person.live()).run()
    soundfile.write(microphone, np.concatenate(room.heard), 16_000, subtype="PCM_16")
    return {"ended": ended, "said": person.said, "session_s": room.now / 16_000}


def hear(language: str, engine: str) -> Report:
    """Listen to a quiet room, and to somebody who never stops talking."""
    from benchmarks.people import call
    from benchmarks.room import Room
    from voiceguide.core.commands import Command
    from voiceguide.demo.persons import person_voice
    from voiceguide.hearing.ears import Ears
    from voiceguide.hearing.recognisers.choose import choose_recogniser
    from voiceguide.language.pack import load_language

    pack = load_language(language)
    rooms = {"quiet": Room(), "talk": Room()}
    end = 0
    with closing(person_voice(language)) as person:
        for lines in pack.phrases.prompts.values():
            for line in lines:
                sound = call(person.render, line.replace("{", "").replace("}", "")).sound
                rooms["talk"].speak(sound, end)
                end += len(sound) + 4000
    report: Report = {"seconds": end / 16_000}
    with closing(choose_recogniser(language, engine)) as recogniser:
        for name, room in rooms.items():
            ears = Ears(recogniser, pack)
            ears.listen_for(frozenset(Command))
            frames = [room.exchange(np.zeros(160, np.float32)) for _ in range(end // 160)]
            costs = []
            for frame in frames:
                began = time.thread_time()
                ears.accept(frame)
                costs.append(time.thread_time() - began)
            report[name] = {
                "cpu": sum(costs) / len(costs) / 0.01,
                "block_p99_ms": float(np.percentile(costs, 99)) * 1000,
                "block_worst_ms": max(costs) * 1000,
            }
    return report


def listen(voice: str) -> Report:
    """Listen with everything that an open loudspeaker needs, while somebody talks through the guide's voice."""
    from voiceguide.app import Choices, prepare
    from voiceguide.audio.samples import to_int16
    from voiceguide.core.commands import Command

    with prepare(Choices("psoas-release", voice)) as prepared:
        prepared.render()
        lines = prepared.routine.welcome * 5
        said = np.concatenate([prepared.speech.samples(line) for line in lines])
        hearing = prepared.hearing(cancel_echo=True)
        hearing.listen_for(frozenset(Command))
        microphone = to_int16((0.3 * np.roll(said, 960) + 0.1 * said[::-1]).astype(np.float32))
        for at in range(0, len(said) - 159, 160):
            hearing.accept(microphone[at : at + 160], said[at : at + 160])
        hearing.close()
    return {"seconds": len(said) / 16_000}


def model(language: str) -> Report:
    """Load a Vosk model and nothing else."""
    from voiceguide.errors import ModelError
    from voiceguide.models.catalogue import how_to_install
    from voiceguide.models.find import find_model

    path = find_model(language, "vosk")
    if path is None:
        raise ModelError(f"no Vosk model for {language!r} is installed: {how_to_install(language, 'vosk')}")
    import vosk

    vosk.SetLogLevel(-1)
    before_mb = high_water_mb()
    began = time.monotonic()
    loaded = vosk.Model(str(path))
    report = {"mb": high_water_mb() - before_mb, "load_s": time.monotonic() - began}
    del loaded
    return report | {"disk_mb": sum(file.stat().st_size for file in path.rglob("*") if file.is_file()) / 1e6}


def cues(language: str, voice: str, events: str, speaker: str) -> Report:
    """Find the cues of a session in its sound."""
    from benchmarks.cues import cue_errors
    from voiceguide.speaking.cache import SpeechStore
    from voiceguide.speaking.choose import choose_voice

    with closing(choose_voice(language, voice)) as speaks:
        return cue_errors(Path(events), Path(speaker), SpeechStore(speaks))


JOBS: dict[str, Callable[..., Report]] = {
    job.__name__: job for job in (start, render, rehearse, hear, listen, model, cues)
}


def main() -> None:
    """Run one job. What cannot be measured here is reported with its reason."""
    from voiceguide.errors import VoiceguideError

    try:
        report = JOBS[sys.argv[1]](**json.loads(sys.argv[2]))
    except VoiceguideError as error:
        report = {"skipped": str(error)}
    print(json.dumps(report))


if __name__ == "__main__":
    main()
