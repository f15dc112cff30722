"""The whole examination, with somebody there who answers."""

from __future__ import annotations

from asked_person import Asked, spoken

from voiceguide.doctor.check import Verdict
from voiceguide.doctor.examination import Sound, Wanted, examine

CHECKS = [
    *("Python", "PortAudio", "espeak-ng", "onnxruntime", "Moonshine", "Vosk", "voice detector", "echo canceller"),
    *("disk", "history", "clock", "heat and power", "service"),
    *("voice", "recogniser", "speed", "microphone", "speaker", "one clock", "lost sound", "“it hurts”", "“stop”"),
]


def test_who_answers_is_heard_and_nothing_is_left_out() -> None:
    # The birdsong comes first, and nobody answers that.
    person = Asked([None, spoken("it hurts"), spoken("stop")])
    told: list[str] = []
    wanted = Wanted(voice="pyttsx3", cancel_echo=False, live=False)
    checks = {check.name: check for check in examine(wanted, lambda: Sound(person), tell=told.append)}
    assert [name for name in checks if name != "lingering"] == CHECKS
    for name in ("voice", "recogniser", "microphone", "lost sound", "“it hurts”", "“stop”"):
        assert checks[name].verdict is Verdict.GOOD, checks[name]
    assert checks["speaker"].verdict is Verdict.WARNING  # this port gives no echo
    asked = [line for line in told if line.startswith("guide: ")]
    assert len(asked) == 4
    assert "it hurts" in asked[1]
