"""Delay, echo, drift and noise, measured in rooms where the truth is known."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from rooms import needs_rooms

from voiceguide.audio.files import FilePort
from voiceguide.audio.port import BLOCK, MicrophoneBlock, SpeakerBlock
from voiceguide.audio.room import Fault, Nobody, Noise, Room, RoomPort, place
from voiceguide.audio.room.noises import make
from voiceguide.audio.slips import Slips
from voiceguide.core.clock import RATE, samples
from voiceguide.doctor.probe import birdsong
from voiceguide.doctor.sound import (
    Echo,
    MicrophoneOver,
    Quiet,
    level_dbfs,
    listen_to_silence,
    listen_to_the_loudspeaker,
)
from voiceguide.speaking.finish import ACTIVE_LEVEL_DB
from voiceguide.testing import VirtualPort


def measured(noise: Noise = Noise.NONE, **room: Any) -> tuple[Quiet, Echo, RoomPort]:
    placed = place(Room(noise=noise, **room), seed=4)
    loop = None if noise is Noise.NONE else make(noise, seed=9)
    port = RoomPort(placed, Nobody(), birdsong(), loop)
    quiet = listen_to_silence(port)
    return quiet, listen_to_the_loudspeaker(port, quiet.floor_dbfs), port


@needs_rooms
@pytest.mark.parametrize(
    "room",
    [
        {},
        {"drift_ppm": 15.0, "bulk_delay_ms": 150.0},
        {"drift_ppm": -60.0},
        {"rt60_s": 0.6, "drift_ppm": 5.0, "bulk_delay_ms": 200.0},
        {"hiss_dbfs": -50.0},
        {"speech_to_echo_db": 10.0, "hiss_dbfs": -66.0},  # as soft as a loudspeaker turned far down
        {"noise": Noise.PINK, "snr_db": 5.0},
    ],
    ids=str,
)
def test_delay_drift_and_level_are_those_of_the_room(room: dict[str, Any]) -> None:
    _, echo, port = measured(**room)
    truth = Room(**room)
    assert echo.delay_ms == pytest.approx(port.echo_delay / RATE * 1000, abs=0.1)
    # The room tells by how much the speaker is faster, doctor by how much the microphone is.
    assert echo.drift_ppm == pytest.approx(-truth.drift_ppm, abs=2.0)
    assert echo.voice_dbfs == pytest.approx(truth.speech_dbfs - truth.speech_to_echo_db, abs=2.0)


@needs_rooms
def test_headphones_have_no_echo() -> None:
    _, echo, _ = measured(speech_to_echo_db=math.inf)
    assert echo.delay_ms is None
    assert echo.drift_ppm is None
    assert echo.voice_dbfs == -math.inf


@needs_rooms
@pytest.mark.parametrize("hiss_dbfs", [-80.0, -60.0, -40.0])
def test_the_noise_floor_is_that_of_the_band_of_speech(hiss_dbfs: float) -> None:
    quiet, _, _ = measured(hiss_dbfs=hiss_dbfs)
    # White noise: 6,300 of its 8,000 Hz count.
    assert quiet.floor_dbfs == pytest.approx(hiss_dbfs + 10 * math.log10(6300 / 8000), abs=0.7)
    assert not quiet.dead


@needs_rooms
@pytest.mark.parametrize("fault", [Fault.ZEROS, Fault.MUTED])
def test_a_microphone_that_gives_nothing_is_dead(fault: Fault) -> None:
    quiet, echo, _ = measured(fault=fault)
    assert quiet.dead
    assert echo.delay_ms is None


@needs_rooms
def test_faults_of_a_microphone_show() -> None:
    offset, _, _ = measured(fault=Fault.DC)
    assert offset.offset == pytest.approx(0.1, abs=0.01)
    humming, _, _ = measured(fault=Fault.HUMS)
    # A hum disturbs no ear: most of it lies below the band.
    assert humming.floor_dbfs < Room().speech_dbfs - 4
    _, clips, _ = measured(fault=Fault.CLIPS)
    assert clips.clipped > 0.001


class Loses(VirtualPort):
    """A port that loses a block every second."""

    name = "a card that loses sound"

    @property
    def slipped(self) -> Slips:  # type: ignore[override]
        return Slips(later=-BLOCK * (self.now // RATE))

    def exchange(self, block: SpeakerBlock) -> MicrophoneBlock | None:
        return super().exchange(block)


def test_what_the_card_loses_is_counted() -> None:
    port = Loses()
    assert listen_to_silence(port).slips == 3
    assert listen_to_the_loudspeaker(port, -math.inf).slips == 11


def test_a_file_that_is_over_is_no_deaf_microphone() -> None:
    with pytest.raises(MicrophoneOver):
        listen_to_silence(FilePort(None, None, silence_after_s=1.0))


def test_birdsong_is_as_loud_as_the_voice_and_never_repeats_within_a_second() -> None:
    song = birdsong()
    assert np.array_equal(song, birdsong())
    assert np.abs(song).max() < 0.5
    loud = [level_dbfs(window) for window in song[: len(song) // BLOCK * BLOCK].reshape(-1, BLOCK * 10)]
    assert max(loud) == pytest.approx(ACTIVE_LEVEL_DB, abs=1.5)
    one = song[samples(3.0) : samples(3.5)]
    around = np.correlate(song[samples(2.0) : samples(4.5)], one)
    peak = int(np.argmax(around))
    assert peak == samples(1.0)
    others = np.delete(around, slice(peak - 40, peak + 41))
    assert np.abs(others).max() < 0.6 * around[peak]


def test_a_tone_of_full_scale_lies_three_decibels_below_it() -> None:
    tone = np.sin(2 * np.pi * 1000 * np.arange(RATE // 10) / RATE).astype(np.float32)
    assert level_dbfs(tone) == pytest.approx(-3.0, abs=0.1)
    assert level_dbfs(np.zeros(1600, np.float32)) == -math.inf
