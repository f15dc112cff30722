"""What the figures of microphone and loudspeaker mean, and what is kept of them."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from rooms import needs_rooms

from voiceguide.audio.port import MicrophoneBlock, SpeakerBlock
from voiceguide.audio.room import Nobody, Room, RoomPort, place
from voiceguide.doctor import audible
from voiceguide.doctor.check import Check, Verdict
from voiceguide.doctor.devices import clocks, devices, losses, microphone, speaker
from voiceguide.doctor.probe import birdsong
from voiceguide.doctor.sound import Echo, Quiet
from voiceguide.errors import AudioError
from voiceguide.testing import VirtualPort

QUIET = Quiet(floor_dbfs=-60.0, loudest_dbfs=-55.0, offset=0.0, clipped=0.0, dead=False, slips=0)
ECHO = Echo(delay_ms=80.0, drift_ppm=0.2, voice_dbfs=-28.0, clipped=0.0, dead=False, slips=0)


def found(checks: list[Check]) -> dict[str, Verdict]:
    return {check.name: check.verdict for check in checks}


@pytest.mark.parametrize(
    ("quiet", "verdict", "remedy"),
    [
        (QUIET, Verdict.GOOD, ""),
        (replace(QUIET, dead=True, floor_dbfs=-math.inf), Verdict.WARNING, "noise gate"),
        (replace(QUIET, clipped=0.01), Verdict.FAILS, "Turn its level down"),
        (replace(QUIET, offset=-0.05), Verdict.WARNING, "another microphone"),
        (replace(QUIET, floor_dbfs=-40.0), Verdict.WARNING, "switch off fans"),
    ],
)
def test_microphones(quiet: Quiet, verdict: Verdict, remedy: str) -> None:
    check = microphone(quiet, ECHO, (16_000, 48_000))
    assert check.verdict is verdict
    assert remedy in check.remedy
    assert bool(check.remedy) is (verdict is not Verdict.GOOD)


@pytest.mark.parametrize(
    ("echo", "verdict", "remedy"),
    [
        (ECHO, Verdict.GOOD, ""),
        (replace(ECHO, delay_ms=None, drift_ppm=None, voice_dbfs=-math.inf), Verdict.WARNING, "Did you hear"),
        (replace(ECHO, voice_dbfs=-45.0), Verdict.WARNING, "turn it up"),
        (replace(ECHO, voice_dbfs=-5.0), Verdict.WARNING, "move the two apart"),
        (replace(ECHO, clipped=0.01), Verdict.WARNING, "move the two apart"),
    ],
)
def test_loudspeakers(echo: Echo, verdict: Verdict, remedy: str) -> None:
    check = speaker(echo, QUIET)
    assert check.verdict is verdict
    assert remedy in check.remedy


@pytest.mark.parametrize(
    ("drift", "verdict", "remedy"),
    [
        (None, Verdict.NOT_TRIED, ""),
        (1.0, Verdict.GOOD, ""),
        (-1.0, Verdict.GOOD, ""),
        (-35.0, Verdict.WARNING, "The guide follows"),
        (250.0, Verdict.WARNING, "More than the guide was tried with"),
    ],
)
def test_clocks(drift: float | None, verdict: Verdict, remedy: str) -> None:
    check = clocks(replace(ECHO, drift_ppm=drift))
    assert check.verdict is verdict
    assert remedy in check.remedy


def test_lost_sound_is_told_with_its_number() -> None:
    assert losses(0).verdict is Verdict.GOOD
    assert losses(7).found.startswith("7 times")


@needs_rooms
def test_a_good_room_passes_and_how_softly_to_speak_in_it_is_kept() -> None:
    port = RoomPort(place(Room(), seed=4), Nobody(), birdsong())
    checks = list(devices(port, (16_000, 16_000)))
    assert set(found(checks).values()) == {Verdict.GOOD}
    assert [check.name for check in checks] == ["microphone", "speaker", "one clock", "lost sound"]
    echo = Room().speech_dbfs - Room().speech_to_echo_db
    assert audible.kept() == pytest.approx(audible.MARGIN_DB - (echo - (Room().hiss_dbfs - 1.0)), abs=2.0)


@needs_rooms
def test_what_the_microphone_does_not_hear_leaves_the_kept_figure_alone() -> None:
    audible.keep(-9.0)
    port = RoomPort(place(Room(speech_to_echo_db=math.inf), seed=4), Nobody(), birdsong())
    assert found(list(devices(port)))["speaker"] is Verdict.WARNING
    assert audible.kept() == -9.0


def test_a_microphone_that_hears_neither_the_room_nor_the_speaker_is_dead() -> None:
    (check,) = devices(VirtualPort())
    assert check.verdict is Verdict.FAILS
    assert "muted" in check.remedy


@needs_rooms
def test_a_microphone_with_a_noise_gate_hears_what_sounds() -> None:
    port = RoomPort(place(Room(hiss_dbfs=-120.0), seed=4), Nobody(), birdsong())
    checks = {check.name: check for check in devices(port)}
    assert "noise gate" in checks["microphone"].remedy
    assert checks["speaker"].verdict is Verdict.GOOD
    assert "above the noise" not in checks["speaker"].found
    assert audible.kept() is None


class Breaks(VirtualPort):
    """A card that is unplugged after two seconds."""

    def exchange(self, block: SpeakerBlock) -> MicrophoneBlock | None:
        if self.now > 32_000:
            raise AudioError("The microphone stopped delivering. Is it still plugged in?")
        return super().exchange(block)


def test_a_card_that_breaks_in_the_middle_fails_with_what_to_do() -> None:
    (check,) = devices(Breaks())
    assert check == Check(
        "sound card", Verdict.FAILS, "The microphone stopped delivering", "Is it still plugged in?"
    )


@pytest.mark.parametrize("written", ["", "{", "[]", '{"least_gain_db": "loud"}', '{"least_gain_db": NaN}', "{}"])
def test_a_damaged_figure_is_as_good_as_none(written: str) -> None:
    assert audible.kept() is None
    audible.keep(-12.34)
    assert audible.kept() == -12.3
    audible.place().write_text(written)
    assert audible.kept() is None
