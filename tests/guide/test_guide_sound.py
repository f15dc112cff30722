"""What goes to the speaker, sample by sample."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from voiceguide.core.actions import Sound
from voiceguide.core.clock import samples
from voiceguide.guide import VIEW_EVERY
from voiceguide.speaking.chimes import chime
from voiceguide.speaking.mouth import FADE
from voiceguide.testing import VirtualSpeech

NewRig = Callable[..., Any]
Script = tuple[tuple[float, str], ...]


def at(entry: dict[str, Any]) -> int:
    return samples(entry["time_s"])


def rms(sound: Any) -> float:
    return float(np.sqrt(np.mean(np.square(sound, dtype=np.float64))))


def test_every_utterance_goes_out_whole_at_the_sample_that_the_journal_tells(
    new_rig: NewRig, into_a_hold: Script
) -> None:
    rig = new_rig(into_a_hold)
    rig.guide.run()
    played, speech = rig.port.played, VirtualSpeech()
    chimes = [at(entry) for entry in rig.of("chime")]
    begun = {entry["utterance"]: at(entry) for entry in rig.of("say_started")}
    whole = 0
    for entry in rig.of("say_finished"):
        start, end = begun[entry["utterance"]], at(entry)
        if any(start - 2240 < sound < end for sound in chimes):
            continue
        assert np.array_equal(played[start:end], speech.samples(entry["text"]))
        whole += 1
    assert whole > 20
    # Between utterances there is nothing but chimes.
    sounding = np.zeros(len(played), bool)
    for entry in (*rig.of("say_finished"), *rig.of("say_cut")):
        sounding[begun[entry["utterance"]] : at(entry)] = True
    for start in chimes:
        sounding[start : start + 2240] = True
    assert not played[~sounding].any()


def test_from_the_decision_pain_to_silence_it_takes_at_most_40_ms(new_rig: NewRig, into_a_hold: Script) -> None:
    rig = new_rig((*into_a_hold, (29.8, "ouch")), mic_s=31.0)
    rig.guide.run()
    heard, release = rig.at("heard", command="pain"), rig.at("say_started", key="release")
    played = rig.port.played
    assert played[heard - 1] != 0, "the guide must have been speaking"
    sounding = np.flatnonzero(played[heard:release])
    assert sounding[-1] + 1 <= FADE <= samples(0.040)
    assert heard + samples(0.040) < release <= heard + samples(0.3)


def test_a_chime_answers_in_silence_and_over_speech(new_rig: NewRig) -> None:
    rig = new_rig(((2.0, "so it is"), (12.0, "gibberish")), mic_s=13.0)
    rig.guide.run()
    played = rig.port.played
    over, alone = (at(entry) for entry in rig.of("chime", sound="unknown"))
    sound = chime(Sound.UNKNOWN)
    assert np.array_equal(played[alone : alone + len(sound)], sound)
    line = VirtualSpeech().samples(rig.of("say_started")[0]["text"])
    assert np.allclose(played[over : over + len(sound)], line[over : over + len(sound)] + sound, atol=1e-6)
    assert not rig.of("say_cut")


@pytest.mark.parametrize(("words", "gain_db"), [("louder", 3.0), ("quieter", -3.0)])
def test_the_volume_changes_by_what_the_journal_tells(new_rig: NewRig, words: str, gain_db: float) -> None:
    rig = new_rig(((2.0, words), (6.0, "repeat that")), mic_s=12.0)
    rig.guide.run()
    assert rig.of("volume")[0]["gain_db"] == gain_db
    changed = rig.at("volume")
    played = rig.port.played
    before = rms(played[changed - 3200 : changed])
    after = rms(played[changed + samples(0.2) : changed + samples(0.4)])  # behind the chime
    assert 20 * np.log10(after / before) == pytest.approx(gain_db, abs=0.01)
    again = rig.of("say_started")[1]
    assert 20 * np.log10(rms(played[at(again) : at(again) + 16_000]) / before) == pytest.approx(gain_db, abs=0.01)


def test_nothing_ever_clips_at_the_highest_volume(new_rig: NewRig) -> None:
    rig = new_rig([(1.0 + number, "louder") for number in range(4)], mic_s=5.0)
    rig.guide.run()
    assert [entry["gain_db"] for entry in rig.of("volume")] == [3.0, 6.0]
    assert rig.of("say_started", key="loudest")
    assert np.abs(rig.port.played).max() < 1.0


def test_two_runs_give_the_same_events_and_the_same_samples(new_rig: NewRig, into_a_hold: Script) -> None:
    script = (*into_a_hold, (27.0, "louder"), (29.1, "how long"), (33.3, "pain"), (40.0, "dull"))
    first, second = new_rig(script), new_rig(script)
    first.guide.run()
    second.guide.run()
    assert first.entries == second.entries
    assert np.array_equal(first.port.played, second.port.played)
    assert len(first.of("pain")) == 1


def test_a_watcher_sees_the_session_ten_times_a_second(new_rig: NewRig) -> None:
    rig = new_rig()
    rig.guide.run()
    times = [view.at for view in rig.views]
    assert set(np.diff(times)) == {VIEW_EVERY * 160} == {samples(0.1)}
    assert {view.saying for view in rig.views} == {*(entry["text"] for entry in rig.of("say_started")), ""}


def test_a_session_that_asks_for_the_same_moment_for_ever_is_a_bug_that_shows(new_rig: NewRig) -> None:
    rig = new_rig()
    rig.guide._session.next_deadline = lambda: 0
    with pytest.raises(RuntimeError, match="the session is stuck at sample 0"):
        rig.guide.run()
