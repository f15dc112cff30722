"""The events file, against its documentation: what occurs is documented, and what is documented occurs."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from voiceguide.core.clock import RATE
from voiceguide.core.commands import Command
from voiceguide.core.states import State
from voiceguide.core.view import View
from voiceguide.errors import RecogniserError, VoiceguideError
from voiceguide.hearing.ears import Listening
from voiceguide.hearing.front_end.front_end import FrontEnd
from voiceguide.hearing.health.microphone import MicrophoneWatch
from voiceguide.hearing.health.missing import missing_parts
from voiceguide.hearing.health.shedding import Level, Shedding
from voiceguide.hearing.noticed import Noticed
from voiceguide.hearing.recognisers.recogniser import Frame, Hypothesis
from voiceguide.hearing.recognisers.typed import TypedRecogniser
from voiceguide.hearing.verdict.situation import QUIET, Around
from voiceguide.history.journal import BEHIND_AT_MOST, Journal

NewRig = Callable[..., Any]
Script = tuple[tuple[float, str], ...]

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "events.md"
COMMON = {"time_s", "kind"}
PLACE = {"exercise", "side", "repeat", "repeats"}


@cache
def documented() -> dict[str, set[str]]:
    """Return the fields of each kind, as the table tells them; what stands in brackets explains."""
    kinds: dict[str, set[str]] = {}
    for line in DOCUMENT.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("| ").split(" | ")]
        if len(cells) < 2 or not re.fullmatch(r"`\w+`", cells[0]) or cells[0].strip("`") in COMMON:
            continue
        fields = re.sub(r"\([^()]*\)", "", cells[2].rstrip("| ") if len(cells) > 2 else "")
        if fields.startswith("as "):
            kinds[cells[0].strip("`")] = kinds[re.findall(r"`(\w+)`", fields)[0]]
            continue
        names = set(re.findall(r"`(\w+)`", fields))
        kinds[cells[0].strip("`")] = names | (PLACE if "the place" in fields else set())
    return kinds


class FallsDeafOnce(TypedRecogniser):
    """Hears the script, then fails."""

    def accept(self, frame: Frame) -> list[Hypothesis]:
        heard = list(super().accept(frame))
        if self._at > 47.0 * RATE:
            raise RecogniserError("gone")
        return heard


def without_a_canceller() -> FrontEnd:
    """Return a front end as on a machine without a library for echo cancellation."""
    front_end = FrontEnd()
    front_end.close()
    front_end._canceller = None
    return front_end


class Troubled:
    """Ears that fall behind, with a microphone that is silent for a while and a part that is not installed."""

    def __init__(self, ears: Listening) -> None:
        self._ears = ears
        self._watch = MicrophoneWatch()
        self._shedding = Shedding(Level.LESS)
        self._at = 0

    def listen_for(self, commands: frozenset[Command], *, hold: bool = False) -> None:
        self._ears.listen_for(commands, hold=hold)

    def accept(self, frame: Frame, around: Around = QUIET) -> list[Noticed]:
        self._at += len(frame)
        sound = np.full(len(frame), 0 if 5 * RATE < self._at < 10 * RATE else 500, np.int16)
        behind = 2 * RATE if 12 * RATE < self._at < 15 * RATE else 0
        noticed = [*self._watch.accept(sound), *self._shedding.look(behind, len(frame))]
        if self._at == len(frame):
            noticed += missing_parts(without_a_canceller())
        return [*noticed, *self._ears.accept(frame, around)]

    def close(self) -> None:
        self._ears.close()


def written(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="session")
def everything(
    new_rig: NewRig, into_a_hold: Script, tmp_path_factory: pytest.TempPathFactory
) -> list[dict[str, Any]]:
    """Return the events of sessions in which all kinds of things happen, as read back from their files."""
    busy = (
        *into_a_hold,
        (26.0, "slower"),
        (27.0, "louder"),
        (29.0, "how long"),
        (33.0, "whatever"),
        (35.0, "it hurts"),
        (44.0, "down my leg"),
    )
    sessions = {
        "ended": {"script": (*busy, (46.0, "stop")), "mic_s": 120.0},
        "left": {"script": into_a_hold, "mic_s": 28.0},
        "troubled": {"ears": Troubled, "mic_s": 20.0},
        "deaf": {"recogniser": FallsDeafOnce(script=[(round(at * RATE), words) for at, words in busy])},
    }
    entries, folder = [], tmp_path_factory.mktemp("events")
    for name, how in sessions.items():
        path = folder / f"{name}.jsonl"
        journal = Journal(path)
        rig = new_rig(**how, journal=journal)
        try:
            rig.guide.run()
        except RecogniserError:
            assert name == "deaf"
        journal.close()
        assert written(path) == rig.entries
        entries += rig.entries
    return entries


def test_the_table_is_understood() -> None:
    assert documented()["heard"] == {"command", "text", "engine", "perhaps"}
    assert documented()["cue_left_out"] == documented()["cue"] == {"cue", "text", "due_s"}
    assert documented()["pain"] == {"report", "pain", "over", "by", "heard", *PLACE}
    assert documented()["hearing_slow"] == set()
    assert len(documented()) >= 17


def test_every_event_has_exactly_the_fields_that_are_documented(everything: list[dict[str, Any]]) -> None:
    for entry in everything:
        assert list(entry)[:2] == ["time_s", "kind"]
        assert set(entry) - COMMON == documented()[entry["kind"]], entry


def test_every_documented_kind_occurs(everything: list[dict[str, Any]]) -> None:
    # The first two need speaker and microphone in one room (tests/guide/test_guide_in_a_room.py), the others a
    # history (tests/history), a rehearsal (tests/cli/test_rehearse_command.py), the service (tests/service) or a
    # sound card (tests/hearing/test_card_watch.py), a voice chosen on the page (tests/service/test_voices.py),
    # or ears that are not sure (tests/scenarios). A late disk is in tests/core/test_keeping.py.
    elsewhere = {"gave_way", "not_heard", "advised", "history_lost", "take", "rehearsed", "standby", "left_alone"}
    elsewhere |= {"sound_card", "voice_chosen", "voice", "asked", "report_kept", "report_late", "say_late"}
    assert {entry["kind"] for entry in everything} == set(documented()) - elsewhere


def test_times_are_whole_samples_in_order(new_rig: NewRig, into_a_hold: Script) -> None:
    rig = new_rig(into_a_hold)
    rig.guide.run()
    times = [entry["time_s"] for entry in rig.entries]
    assert times == sorted(times)
    assert all(time == round(time * RATE) / RATE for time in times)


def test_what_was_said_is_told_again_where_it_ends(everything: list[dict[str, Any]]) -> None:
    for entry in everything:
        if entry["kind"] == "say_started":
            assert entry["late_s"] in (0, 0.025), "only the fade of what was cut off is waited for"
            assert entry["wanted_s"] + entry["late_s"] == pytest.approx(entry["time_s"])


def test_words_of_any_language_stay_readable(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "events.jsonl")
    journal.write(160, "heard", text="아파")
    journal.close()
    assert (tmp_path / "events.jsonl").read_text(encoding="utf-8") == (
        '{"time_s": 0.01, "kind": "heard", "text": "아파"}\n'
    )


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(VoiceguideError, match=r"cannot be written: No such file or directory\. Choose another"):
        Journal(tmp_path / "nowhere" / "events.jsonl")
    with pytest.raises(VoiceguideError, match=r"cannot be written: Is a directory\. Choose another place"):
        Journal(tmp_path)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is always full")
def test_on_a_full_disk_the_session_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    journal = Journal(Path("/dev/full"))
    told: list[dict[str, Any]] = []
    journal.watch(told.append)
    for kind in ("state", "pain", "state"):
        journal.write(160, kind)
    journal.close()
    assert [entry["kind"] for entry in told] == ["state", "pain", "state"]
    assert caplog.text.count("/dev/full cannot be written any more: No space left") == 1


def test_a_watcher_that_fails_is_told_of_once_and_the_others_go_on(caplog: pytest.LogCaptureFixture) -> None:
    asked, told = list[str](), list[str]()

    def broken(entry: dict[str, Any]) -> None:
        asked.append(entry["kind"])
        raise UnicodeEncodeError("ascii", "“it hurts”", 0, 1, "ordinal not in range(128)")

    journal = Journal()
    journal.watch(broken)
    journal.watch(lambda entry: told.append(entry["kind"]))
    for kind in ("state", "pain", "state"):
        journal.write(160, kind)
    assert asked == ["state"]
    assert told == ["state", "pain", "state"]
    assert caplog.text.count("broken failed and is told nothing more") == 1


def test_what_shows_the_session_may_fail_at_the_word_of_pain(
    new_rig: NewRig, into_a_hold: Script, caplog: pytest.LogCaptureFixture
) -> None:
    shown: list[View] = []

    def show(view: View) -> None:
        shown.append(view)
        if view.state is State.SAFETY:
            raise OSError(5, "Input/output error")

    rig = new_rig((*into_a_hold, (30.0, "it hurts")), watch=show)
    rig.guide.run()
    assert rig.of("say_finished", key="release")
    assert [view.state is State.SAFETY for view in shown].count(True) == 1, "and then it is let go"
    assert caplog.text.count("is shown nothing more") == 1


def test_what_utf_8_cannot_hold_is_written_as_json_writes_it(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "events.jsonl")
    for text in ("it hurts \udce9", "아파"):
        journal.write(160, "heard", text=text)
    journal.close()
    assert [entry["text"] for entry in written(tmp_path / "events.jsonl")] == ["it hurts \udce9", "아파"]


def test_live_the_file_is_written_beside_and_whole(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "events.jsonl", live=True)
    for number in range(500):
        journal.write(160 * number, "state", number=number)
    journal.close()
    assert [entry["number"] for entry in written(tmp_path / "events.jsonl")] == list(range(500))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is always full")
def test_live_a_full_disk_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    journal = Journal(Path("/dev/full"), live=True)
    for kind in ("state", "pain", "state"):
        journal.write(160, kind)
    journal.close()
    assert caplog.text.count("/dev/full cannot be written any more: No space left") == 1


def test_live_a_watcher_that_hangs_is_let_go_and_the_others_are_told_everything(
    caplog: pytest.LogCaptureFixture,
) -> None:
    frees, told = threading.Event(), list[int]()
    journal = Journal(live=True)

    def hangs(_: dict[str, Any]) -> None:
        frees.wait(60)

    journal.watch(hangs, apart=True)
    journal.watch(lambda entry: told.append(entry["number"]))
    for number in range(2 * BEHIND_AT_MOST):
        journal.write(160 * number, "state", number=number)
    assert told == list(range(2 * BEHIND_AT_MOST))
    assert caplog.text.count("too far behind") == 1
    frees.set()
    journal.close()
