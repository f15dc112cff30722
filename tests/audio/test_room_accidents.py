"""Lost and doubled blocks, and microphones that are broken."""

from __future__ import annotations

import numpy as np
import pytest
from rooms import Recorded, let_sound, needs_rooms

from voiceguide.audio.port import BLOCK
from voiceguide.audio.room import Fault, Nobody, Room, RoomPort, place
from voiceguide.audio.room.levels import rms_dbfs
from voiceguide.audio.room.microphone import DC_OFFSET, Microphone
from voiceguide.audio.samples import FULL_SCALE, to_float
from voiceguide.core.clock import RATE
from voiceguide.speaking.voice import Samples

SPEECH = np.random.default_rng(5).standard_normal(10 * RATE).astype(np.float32) * np.float32(10 ** (-36 / 20))


def heard_with(fault: Fault, sound: Samples = SPEECH, **fields: float) -> Samples:
    room = Room(fault=fault, **fields)  # type: ignore[arg-type]
    return to_float(Microphone(room, np.random.default_rng(1)).hear(sound))


def test_a_sound_microphone_only_hisses() -> None:
    assert rms_dbfs(heard_with(Fault.NONE) - SPEECH) == pytest.approx(-76.0, abs=0.3)


def test_a_microphone_turned_up_too_far_clips() -> None:
    heard = heard_with(Fault.CLIPS)
    assert 0.02 < (np.abs(heard) > 0.9999).mean() < 0.2
    assert np.corrcoef(heard, SPEECH)[0, 1] > 0.9


@pytest.mark.parametrize("mains_hz", [50, 60])
def test_hum_is_as_loud_as_the_person_and_has_harmonics(mains_hz: int) -> None:
    microphone = Microphone(Room(fault=Fault.HUMS, mains_hz=mains_hz), np.random.default_rng(1))
    silence = np.zeros(BLOCK, np.float32)
    heard = to_float(np.concatenate([microphone.hear(silence) for _ in range(100)]))
    assert rms_dbfs(heard) == pytest.approx(-36.0, abs=0.2)
    strongest = np.argsort(np.abs(np.fft.rfft(heard)))[-4:]  # a second: one bin is one hertz
    assert sorted(strongest) == [mains_hz * multiple for multiple in (1, 2, 3, 5)]


def test_dc_is_added() -> None:
    assert heard_with(Fault.DC).mean() == pytest.approx(DC_OFFSET, abs=1e-3)


def test_a_quiet_microphone_is_40_db_down() -> None:
    assert rms_dbfs(heard_with(Fault.QUIET)) == pytest.approx(-76.0, abs=0.3)


def test_a_muted_microphone_still_moves_its_last_bit_and_a_dead_one_does_not() -> None:
    muted = heard_with(Fault.MUTED) * FULL_SCALE
    assert set(np.unique(muted)) == {-1.0, 0.0, 1.0}
    assert not heard_with(Fault.ZEROS).any()


@needs_rooms
def test_lost_and_doubled_blocks_come_at_their_rates_and_are_counted() -> None:
    room = Room(rt60_s=0.0, lost_share=0.1, doubled_share=0.05)
    heard = let_sound(place(room, 1), SPEECH)
    rows = heard.microphone.reshape(-1, BLOCK)
    assert heard.port.doubled == (rows[1:] == rows[:-1]).all(axis=1).sum()
    assert heard.port.lost / len(rows) == pytest.approx(0.1, abs=0.04)
    assert heard.port.doubled / len(rows) == pytest.approx(0.05, abs=0.03)
    # Every block of the room was heard once, was lost, or is heard twice.
    assert len(heard.speech) == len(heard.microphone) + (heard.port.lost - heard.port.doubled) * BLOCK


@needs_rooms
@pytest.mark.parametrize(("share", "moved"), [("lost_share", -BLOCK), ("doubled_share", BLOCK)])
def test_an_accident_moves_the_echo_by_a_block(share: str, moved: int) -> None:
    placed = place(Room(rt60_s=0.0, bulk_delay_ms=100.0, **{share: 0.02}), 1)  # type: ignore[arg-type]
    port = RoomPort(placed, Nobody(), SPEECH)
    before = port.playback.delay
    silence = np.zeros(BLOCK, np.float32)
    while port.lost + port.doubled == 0:
        port.exchange(silence)
    assert port.playback.delay - before == moved


@needs_rooms
def test_a_person_is_told_of_in_session_time_whatever_was_lost() -> None:
    """Clicks of a person, found in what the microphone delivered."""
    every = 4000
    sound = np.zeros(10 * RATE, np.float32)
    sound[every // 2 :: every] = 0.5
    room = Room(rt60_s=0.0, lost_share=0.03, doubled_share=0.03, hiss_dbfs=-120.0)
    heard = let_sound(place(room, 3), np.zeros(10 * RATE, np.float32), Recorded(sound), calibrated_with=SPEECH)
    assert heard.port.lost > 10
    assert heard.port.doubled > 10
    delivered = set(np.flatnonzero(heard.microphone > 1000).tolist())
    told = {heard.port.session_time(at) for at in np.flatnonzero(sound).tolist()}
    found = [at for at in told if at in delivered]
    assert len(found) > 0.9 * len(told)  # but for clicks that were lost
    assert all(heard.port.session_time(at) <= at + heard.port.doubled * BLOCK for at in told)


@needs_rooms
def test_the_person_is_told_the_journal_in_the_rooms_time() -> None:
    person = Recorded(SPEECH)
    heard = let_sound(place(Room(rt60_s=0.0, lost_share=0.1), 1), SPEECH, person)
    heard.port.notice({"kind": "chime", "time_s": 9.0})
    assert person.noticed == [{"kind": "chime", "time_s": pytest.approx(9.0 + heard.port.lost * BLOCK / RATE)}]
