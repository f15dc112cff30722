from __future__ import annotations

import json
import os
import shutil
import stat
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from taping import SCRIPT, NoisyPort, tape, typed

from voiceguide.core.clock import samples
from voiceguide.core.commands import Command
from voiceguide.core.memory import PainReport, Remembered
from voiceguide.core.volume import Loudness
from voiceguide.errors import AudioError, RecogniserError
from voiceguide.hearing.ears import Ears
from voiceguide.hearing.health.microphone import MicrophoneWatch
from voiceguide.hearing.recognisers.recogniser import Frame, Hypothesis
from voiceguide.hearing.recognisers.typed import TypedRecogniser
from voiceguide.hearing.verdict.situation import QUIET, Around
from voiceguide.hearing.verdict.verdict import Verdict
from voiceguide.replay.again import replay
from voiceguide.replay.recorded import read_recording

MIC_S = 90.0


class Kept:
    """Keeps the guide's voice."""

    def __init__(self) -> None:
        self.blocks: list[np.ndarray] = []

    def write(self, samples: np.ndarray) -> None:
        self.blocks.append(samples.copy())


class Late:
    """Ears that tell what they heard later and later, as a thread on a busy machine."""

    def __init__(self, ears: Ears) -> None:
        self._ears = ears
        self._waiting: list[tuple[int, Verdict]] = []
        self._lag = 0
        self._frames = 0

    def listen_for(self, commands: frozenset[Command], *, hold: bool = False) -> None:
        self._ears.listen_for(commands, hold=hold)

    def accept(self, frame: Frame, around: Around = QUIET) -> list[Verdict]:
        self._frames += 1
        for verdict in self._ears.accept(frame, around):
            self._lag += 37
            self._waiting.append((self._frames + self._lag, verdict))
        due = [verdict for frames, verdict in self._waiting if frames <= self._frames]
        self._waiting = [(frames, verdict) for frames, verdict in self._waiting if frames > self._frames]
        return due

    def close(self) -> None:
        self._ears.close()


class Dying(TypedRecogniser):
    """Hears what is typed until it dies."""

    def accept(self, frame: Frame) -> Iterable[Hypothesis]:
        if self._at > samples(30):
            raise RecogniserError("the engine fell over")
        return super().accept(frame)


def modes(folder: Path) -> list[tuple[Path, int]]:
    return [(path, stat.S_IMODE(path.stat().st_mode)) for path in (folder, *folder.rglob("*"))]


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def entries(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in lines(path)]


@pytest.fixture(scope="module")
def taped(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, NoisyPort]:
    folder, port = tmp_path_factory.mktemp("taped") / "session", NoisyPort(MIC_S)
    tape(folder, port)
    return folder, port


@pytest.fixture
def copy(taped: tuple[Path, NoisyPort], tmp_path: Path) -> Path:
    """A recording that a test may spoil."""
    return Path(shutil.copytree(taped[0], tmp_path / "copy"))


def test_a_session_replays_the_same_to_the_last_bit(taped: tuple[Path, NoisyPort]) -> None:
    folder, port = taped
    recorded, kept = read_recording(folder), Kept()
    outcome = replay(recorded, kept)
    assert outcome.differences == []
    assert recorded.whole
    assert outcome.blocks == recorded.blocks == port.now // 160
    assert np.array_equal(np.concatenate(kept.blocks), port.played)
    assert outcome.events == len(lines(folder / "events.jsonl"))
    assert {"pain", "heard", "hold"} <= {str(entry["kind"]) for entry in entries(folder / "events.jsonl")}


def test_the_microphone_is_kept_as_it_came(taped: tuple[Path, NoisyPort]) -> None:
    folder, port = taped
    assert np.array_equal(read_recording(folder).microphone, np.concatenate(port.given))


def test_a_recording_is_for_this_user_alone(tmp_path: Path) -> None:
    before, folder = os.umask(0), tmp_path / "session"  # as readable as a program can make files
    folder.mkdir(mode=0o755)
    try:
        tape(folder, NoisyPort(20.0))
        assert {mode for path, mode in modes(folder) if path.is_dir()} == {0o700}
        assert {mode for path, mode in modes(folder) if path.is_file()} == {0o600}
    finally:
        os.umask(before)


def test_a_recording_of_an_earlier_version_is_closed_when_it_is_read(copy: Path) -> None:
    for path, _ in modes(copy):
        path.chmod(0o755 if path.is_dir() else 0o644)
    read_recording(copy)
    assert [path for path, mode in modes(copy) if mode & 0o077] == []


def test_the_guide_says_first_that_it_records(taped: tuple[Path, NoisyPort]) -> None:
    said = [entry["key"] for entry in entries(taped[0] / "events.jsonl") if entry["kind"] == "say_started"]
    assert said[0] == "recording_note"


def test_what_was_decided_late_comes_back_at_the_same_block(tmp_path: Path) -> None:
    tape(tmp_path / "live", NoisyPort(30), ears=Late)
    recorded = read_recording(tmp_path / "live")
    assert list(recorded.noticed)[:3] == [1000 + 36, 1600 + 73, 2400 + 110]
    assert replay(recorded).same


def test_what_was_remembered_is_part_of_it(tmp_path: Path) -> None:
    pain = tuple(PainReport(day, "dull", red_flag=False) for day in (100, 104, 109))
    known = Remembered(today=110, sessions=3, pain=pain, volume_db=-6.0)
    tape(tmp_path / "later", NoisyPort(30), remembered=known, loudness=Loudness(least_db=-9.0, night_db=-6.0))
    recorded = read_recording(tmp_path / "later")
    assert replay(recorded).same
    assert any(entry["kind"] == "advised" for entry in recorded.events)


@pytest.mark.parametrize(
    ("failing", "error"), [(AudioError("unplugged"), AudioError), (KeyboardInterrupt(), KeyboardInterrupt)]
)
def test_a_session_that_breaks_off_replays_up_to_there(
    tmp_path: Path, failing: BaseException, error: type[BaseException]
) -> None:
    with pytest.raises(error):
        tape(tmp_path / "broken", NoisyPort(MIC_S, (1200, failing)))
    recorded = read_recording(tmp_path / "broken")
    outcome = replay(recorded)
    assert outcome.same
    assert outcome.blocks == 1201, "the one that went to the speaker when it broke is compared as well"
    assert outcome.events == len(recorded.events)


def test_hearing_that_was_lost_is_lost_again(tmp_path: Path) -> None:
    with pytest.raises(RecogniserError):
        tape(tmp_path / "deaf", NoisyPort(MIC_S), Dying(script=typed()._script))
    recorded = read_recording(tmp_path / "deaf")
    outcome = replay(recorded)
    assert outcome.same
    assert [entry["reason"] for entry in recorded.events if entry["kind"] == "hearing_lost"] == [
        "the engine fell over"
    ]


class Interrupted(NoisyPort):
    """A microphone that is silent for a while, as when another program holds it."""

    def exchange(self, block: np.ndarray) -> np.ndarray | None:
        frame = super().exchange(block)
        return frame if frame is None or not samples(14) < self.now <= samples(20) else np.zeros_like(frame)


def test_a_microphone_that_falls_silent_pauses_the_session_and_is_replayed(tmp_path: Path) -> None:
    tape(tmp_path / "mute", Interrupted(60), typed(SCRIPT[:1]), watch=MicrophoneWatch())
    recorded = read_recording(tmp_path / "mute")
    kinds = [entry["kind"] for entry in recorded.events]
    at = {entry["kind"]: entry["time_s"] for entry in recorded.events}
    assert at["microphone"] == at["hearing_lost"] == pytest.approx(14 + 3, abs=0.02)
    # The sound was back at 20 s, but the guide was speaking, and its own voice does not count.
    over = [entry["time_s"] for entry in recorded.events if entry["kind"] == "say_finished"]
    assert at["hearing_back"] - max(time for time in over if time < at["hearing_back"]) < 3
    said = [entry["key"] for entry in recorded.events if entry["kind"] == "say_started"]
    assert said.index("hearing_lost") < said.index("hearing_back")
    assert kinds.count("hearing_lost") == 1
    assert replay(recorded).same


def test_a_history_that_is_lost_is_lost_again(tmp_path: Path) -> None:
    tape(tmp_path / "lost", NoisyPort(30), typed(SCRIPT[:2]), full_at_s=15.0)
    recorded = read_recording(tmp_path / "lost")
    assert [entry["reason"] for entry in recorded.events if entry["kind"] == "history_lost"] == [
        "the disk is full"
    ]
    assert replay(recorded).same


def test_a_word_that_is_missing_is_where_the_replay_differs(copy: Path) -> None:
    hearing = copy / "hearing.jsonl"
    kept = lines(hearing)
    [at] = [number for number, line in enumerate(kept) if '"it hurts"' in line]
    block = json.loads(kept.pop(at))["block"]
    hearing.write_text("\n".join(kept) + "\n", encoding="utf-8")
    outcome = replay(read_recording(copy))
    event, sound = outcome.differences
    assert event.at == (block + 1) * 160
    assert "it hurts" in event.what
    assert event.at < sound.at, "the chime would have been heard, and the sentence cut"


def test_one_sample_of_one_sentence_is_found(copy: Path) -> None:
    [number] = [
        entry["number"]
        for entry in entries(copy / "speech.jsonl")
        if str(entry["text"]).startswith("This session is")
    ]
    path = copy / "speech" / f"{number}.flac"
    sound, rate = soundfile.read(path, dtype="int16")
    sound[1234] += 1
    soundfile.write(path, sound, rate)
    [difference] = replay(read_recording(copy)).differences
    begun = next(entry for entry in entries(copy / "events.jsonl") if entry["kind"] == "say_started")
    assert difference.at == samples(float(str(begun["time_s"]))) + 1234


def test_a_sentence_that_was_never_said_is_a_difference(copy: Path) -> None:
    for path in (copy / "speech").glob("*.flac"):
        path.unlink()
    outcome = replay(read_recording(copy))
    assert any("which the recorded one did not" in difference.what for difference in outcome.differences)


def test_a_pressed_button_is_pressed_again(tmp_path: Path) -> None:
    tape(tmp_path, NoisyPort(MIC_S), pressing=(62.0, Command.LOUDER))

    recorded = read_recording(tmp_path)
    outcome = replay(recorded)

    assert [press.by for presses in recorded.pressed.values() for press in presses] == ["button"]
    assert any(entry["kind"] == "heard" and entry["engine"] == "button" for entry in recorded.events)
    assert outcome.same, outcome.differences


@pytest.mark.parametrize("kept_after_s", [0.0, 1.0, 60.0], ids=["at once", "late", "too late"])
def test_a_session_that_waited_for_the_disk_is_the_same_again(tmp_path: Path, kept_after_s: float) -> None:
    tape(tmp_path / "waited", NoisyPort(MIC_S), kept_after_s=kept_after_s)
    recorded = read_recording(tmp_path / "waited")
    kinds = [entry["kind"] for entry in recorded.events]
    assert "pain" in kinds
    assert ("report_late" in kinds) is (kept_after_s > 10)
    assert recorded.circumstances.awaits_disk
    outcome = replay(recorded)
    assert outcome.same, outcome.differences


def test_a_session_that_came_too_late_for_the_card_is_the_same_again(tmp_path: Path) -> None:
    random = np.random.default_rng(4)
    behind = 0

    def late() -> bool:
        nonlocal behind
        behind = behind - 1 if behind else int(random.integers(1, 120)) * (random.random() < 0.003)
        return behind > 0

    tape(tmp_path / "late", NoisyPort(MIC_S), late=late)
    recorded = read_recording(tmp_path / "late")
    assert "say_late" in [entry["kind"] for entry in recorded.events]
    outcome = replay(recorded)
    assert outcome.same, outcome.differences
    assert outcome.blocks == recorded.blocks
