"""What is left of a recording when a process, a disk or a copy fails."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from taping import ROUTINE, NoisyPort, tape

from voiceguide.errors import RecordingError
from voiceguide.replay.again import replay
from voiceguide.replay.recorded import read_recording, read_sound
from voiceguide.replay.recorder import Recorder
from voiceguide.routine.load import find_routine

HERE = Path(__file__).parent

KILLED = """
import os, signal, sys
from pathlib import Path
from taping import NoisyPort, tape

class Killing(NoisyPort):
    def exchange(self, block):
        if len(self.given) == 2000:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().exchange(block)

tape(Path(sys.argv[1]), Killing(90.0))
"""

FULL = """
import resource, sys
from pathlib import Path
from taping import NoisyPort, tape

# Every file may grow to 200 kB: for the sound that is a full disk after some seconds.
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
port = NoisyPort(40.0)
tape(Path(sys.argv[1]), port)
print("played", port.now)
"""


def run(program: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, str(folder)],
        cwd=HERE,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def taped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("taped") / "session"
    tape(folder, NoisyPort(12.0))
    return folder


def test_what_a_killed_process_leaves_can_be_replayed(tmp_path: Path) -> None:
    folder = tmp_path / "killed"
    assert run(KILLED, folder).returncode == -9
    recorded = read_recording(folder)
    assert not recorded.whole
    outcome = replay(recorded)
    assert outcome.same
    # 20 s were played, many times faster than real time: how much of it the background had written depends on the
    # machine. What is there must be right.
    assert 0 < outcome.blocks <= 2000
    port = NoisyPort(90.0)
    given = [port.exchange(np.zeros(160, np.float32)) for _ in range(outcome.blocks)]
    assert np.array_equal(recorded.microphone[: outcome.blocks * 160], np.concatenate(given))


def test_a_full_disk_ends_the_recording_and_not_the_session(tmp_path: Path) -> None:
    folder = tmp_path / "full"
    done = run(FULL, folder)
    assert done.returncode == 0, done.stderr
    played = int(done.stdout.removeprefix("played "))
    assert played >= 40 * 16_000
    assert done.stderr.count("The recording has stopped and is not complete") == 1
    assert "Traceback" not in done.stderr
    recorded = read_recording(folder)
    assert not recorded.whole
    outcome = replay(recorded)
    assert outcome.same
    assert 0 < outcome.blocks * 160 < played


def test_a_folder_with_something_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("dear")
    with pytest.raises(RecordingError, match="is not empty"):
        Recorder(tmp_path, find_routine(ROUTINE), live=False)
    assert [path.name for path in tmp_path.iterdir()] == ["letters.txt"]


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(RecordingError, match="cannot be written: Not a directory"):
        Recorder(tmp_path / "file" / "session", find_routine(ROUTINE), live=False)


def cut(path: Path, share: float) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])


def test_a_sound_that_was_cut_off_is_replayed_as_far_as_it_goes(copy: Path) -> None:
    whole = len(read_sound(copy / "microphone.flac"))
    cut(copy / "microphone.flac", 0.6)
    recorded = read_recording(copy)
    assert whole * 0.5 < len(recorded.microphone) < whole * 0.7
    assert not recorded.whole
    outcome = replay(recorded)
    assert outcome.same
    assert outcome.blocks == recorded.blocks == len(recorded.microphone) // 160


def test_a_line_that_was_cut_off_is_passed_over(copy: Path) -> None:
    with (copy / "events.jsonl").open("a") as file:
        file.write('{"time_s": 12.')
    assert replay(read_recording(copy)).same


def other_format(copy: Path) -> None:
    path = copy / "session.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 99}))


def damaged_line(copy: Path) -> None:
    path = copy / "hearing.jsonl"
    path.write_text("{nonsense}\n" + path.read_text())


def unknown_kind(copy: Path) -> None:
    path = copy / "hearing.jsonl"
    path.write_text('{"block": 3, "noticed": [{"Smelled": {"at": 480}}]}\n' + path.read_text())


def unknown_command(copy: Path) -> None:
    path = copy / "hearing.jsonl"
    path.write_text('{"block": 3, "listen_for": ["dance"], "hold": false}\n' + path.read_text())


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (shutil.rmtree, "there is no such folder"),
        (lambda copy: (shutil.rmtree(copy), copy.touch()), "this is a file"),
        (lambda copy: (copy / "session.json").unlink(), "is no recording: session.json cannot be read"),
        (lambda copy: (copy / "session.json").write_text("{"), "session.json is damaged"),
        (other_format, "session.json is damaged, or of another version .* format"),
        (lambda copy: (copy / "microphone.flac").unlink(), "microphone.flac cannot be read"),
        (lambda copy: (copy / "speaker.flac").write_bytes(b"x" * 9999), "speaker.flac is damaged"),
        (damaged_line, "hearing.jsonl, line 1, is damaged"),
        (unknown_kind, "does not know: .*Smelled"),
        (unknown_command, "hearing.jsonl: .*dance"),
        (lambda copy: (copy / "events.jsonl").unlink(), "events.jsonl cannot be read"),
        (lambda copy: shutil.rmtree(copy / "routine"), "should hold one routine"),
        (lambda copy: (copy / "language.yaml").unlink(), "language.yaml"),
        (lambda copy: [cut(path, 0.5) for path in (copy / "speech").iterdir()], "flac is damaged: it should have"),
    ],
)
def test_what_is_no_whole_recording_is_refused_with_its_reason(
    copy: Path, spoil: Callable[[Path], object], complaint: str
) -> None:
    spoil(copy)
    with pytest.raises(Exception, match=complaint) as refused:
        replay(read_recording(copy))
    assert type(refused.value).__module__ == "voiceguide.errors"
