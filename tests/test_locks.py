"""Two guides at once, as real processes: the second one ends with a sentence, and a killed one locks nothing."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from voiceguide import locks
from voiceguide.errors import CardInUseError, InUseError
from voiceguide.locks import Lock, hold_devices, hold_events, hold_history, hold_room
from voiceguide.places import lock_folder

PATIENCE_S = 60
"""Seconds. There to end a hang, not to measure."""

NOBODY = 65534

HOLDS = """
import os, sys, time
from pathlib import Path
from voiceguide import locks
from voiceguide.locks import *
locks.SOUND_DEVICES = Path(sys.argv[1])
if os.geteuid() == 0 and sys.argv[2] == "another user":
    os.setuid({nobody})
held = eval(sys.argv[3])
{then}
print(os.getpid(), flush=True)
time.sleep(600)
"""

FORKS = """
read, write = os.pipe()
child = os.fork()
if not child:
    os.write(write, b"x")
    time.sleep(600)
os.read(read, 1)
print(os.getpid(), child, sep="\\n", flush=True)
time.sleep(600)
"""

Other = Callable[..., subprocess.Popen[str]]


@pytest.fixture(autouse=True)
def sound_devices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the real machine's sound devices out of this: a guide of its owner may run."""
    folder = tmp_path / "snd"
    folder.mkdir(mode=0o755)
    monkeypatch.setattr(locks, "SOUND_DEVICES", folder)
    return folder


@pytest.fixture
def other(sound_devices: Path) -> Iterator[Other]:
    """Start a process that holds what an expression says; it has it when this returns."""
    started: list[subprocess.Popen[str]] = []

    def start(
        holds: str, who: str = "", folder: Path = sound_devices, then: str = "", **environment: str
    ) -> subprocess.Popen[str]:
        program = HOLDS.format(nobody=NOBODY, then=then)
        process = subprocess.Popen(
            [sys.executable, "-c", program, str(folder), who, holds],
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline().strip() == str(process.pid)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate(timeout=PATIENCE_S)


def kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait(timeout=PATIENCE_S)


def let_go(*held: Lock) -> None:
    for lock in held:
        lock.close()


def test_the_second_guide_in_a_room_is_told_who_is_there_and_what_to_do(other: Other) -> None:
    first = other("hold_room()")
    with pytest.raises(CardInUseError, match="--other-card") as refused:
        hold_room()
    assert f"(process {first.pid})" in str(refused.value)
    assert "systemctl --user stop voiceguide" in str(refused.value)
    assert hold_room(other_card=True) == [], "it has said that it has another card"
    kill(first)
    let_go(*hold_room())


def test_a_guide_that_ends_lets_the_next_one_in(other: Other) -> None:
    let_go(*hold_room())
    first = other("hold_room()", then="[lock.close() for lock in held]")
    let_go(*hold_room())
    assert first.poll() is None


def test_guides_of_two_users_meet_at_the_machines_sound_devices(
    other: Other, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Not tmp_path, which is closed to other users; the sound devices of a machine are not.
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        monkeypatch.setattr(locks, "SOUND_DEVICES", folder)
        first = other("hold_room()", "another user", folder, XDG_DATA_HOME="/dev/null/of-another-user")
        with pytest.raises(CardInUseError, match=r"^Another guide speaks and listens here\."):
            hold_room()
        kill(first)
        let_go(*hold_room())
        assert not any(folder.iterdir()), "nothing is written there"


def test_a_machine_without_sound_devices_is_locked_for_its_user(
    other: Other, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "SOUND_DEVICES", tmp_path / "nowhere")
    other("hold_room()", folder=tmp_path / "nowhere")
    with pytest.raises(CardInUseError):
        hold_room()


def test_a_device_is_one_guides_alone_and_another_one_is_free(other: Other) -> None:
    first = other("hold_devices(['USB Audio: - (hw:1,0)', 'HDMI/0'])")
    let_go(*hold_devices(["USB Audio: - (hw:2,0)", "USB Audio: - (hw:2,0)"]))
    with pytest.raises(CardInUseError, match=r'uses the sound device "HDMI/0"\..*--input'):
        hold_devices(["USB Audio: - (hw:2,0)", "HDMI/0"])
    let_go(*hold_devices(["USB Audio: - (hw:2,0)"]))  # which the refused one has given back
    kill(first)
    let_go(*hold_devices(["HDMI/0"]))


def test_a_history_is_one_guides_alone_by_whichever_path_it_is_named(other: Other, tmp_path: Path) -> None:
    real = tmp_path / "kept" / "history.sqlite"
    real.parent.mkdir()
    link, folder = tmp_path / "link.sqlite", tmp_path / "folder"
    link.symlink_to(real)
    folder.symlink_to(real.parent)
    first = other(f"hold_history(Path({str(link)!r}))")
    for path in (real, link, folder / real.name, real.parent / ".." / "kept" / real.name):
        with pytest.raises(InUseError, match=f"process {first.pid}.*choose another file with --history"):
            hold_history(path)
    hold_history(real.with_name("another.sqlite")).close()
    kill(first)
    hold_history(real).close()
    assert not real.exists(), "a lock makes no history"


def test_an_events_file_is_not_replaced_while_another_guide_writes_it(other: Other, tmp_path: Path) -> None:
    events = tmp_path / "events.jsonl"
    events.write_text("{}\n")
    first = other(f"hold_events(Path({str(events)!r}))")
    with pytest.raises(InUseError, match="Choose another file with --events"):
        hold_events(events)
    kill(first)
    hold_events(events).close()
    assert events.read_text() == "{}\n"
    hold_events(None).close()
    hold_events(Path("/dev/null")).close()


@pytest.mark.parametrize("left", [b"", b"1\n", b"no number", b"\x1b[31m\xff", b"9" * 100])
def test_a_file_that_was_left_behind_locks_nothing_and_is_never_printed(left: bytes, other: Other) -> None:
    lock_folder().mkdir(parents=True)
    file = lock_folder() / "room.lock"
    file.write_bytes(left)
    let_go(*hold_room())
    first = other("hold_room()")
    file.write_bytes(left)
    with pytest.raises(CardInUseError) as refused:
        hold_room()
    assert (
        str(refused.value).startswith(
            "Another guide (process 1) speaks" if left == b"1\n" else "Another guide speaks"
        )
        or left == b"9" * 100
    )
    assert "\x1b" not in str(refused.value)
    kill(first)


def test_a_child_that_outlives_a_killed_guide_holds_nothing(other: Other) -> None:
    first = other("hold_room()", then=FORKS)
    assert first.stdout is not None
    child = int(first.stdout.readline())
    try:
        kill(first)
        let_go(*hold_room())
        os.kill(child, 0)  # it is there all the while
    finally:
        os.kill(child, signal.SIGKILL)


def test_of_many_that_start_together_exactly_one_holds_the_room() -> None:
    started = threading.Barrier(8)
    held, refused = [], []

    def start() -> None:
        started.wait(PATIENCE_S)
        try:
            held.append(hold_room())
        except CardInUseError:
            refused.append(True)

    guides = [threading.Thread(target=start) for _ in range(8)]
    for guide in guides:
        guide.start()
    for guide in guides:
        guide.join(PATIENCE_S)
    assert (len(held), len(refused)) == (1, 7)
    let_go(*held[0])


def test_locks_are_for_their_user_alone(tmp_path: Path) -> None:
    with closing(hold_history(tmp_path / "history.sqlite")):
        held = [*hold_room(), *hold_devices(["default"])]
        files = [tmp_path / "history.sqlite.lock", *lock_folder().iterdir()]
        assert len(files) == 3
        for file in files:
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
            assert file.read_text() == f"{os.getpid()}\n"
        assert stat.S_IMODE(lock_folder().stat().st_mode) == 0o700
        let_go(*held)
    assert [file.read_text() for file in files] == ["", "", ""]


def test_a_file_that_was_open_to_others_is_closed_to_them() -> None:
    lock_folder().mkdir(parents=True)
    (lock_folder() / "room.lock").touch()
    (lock_folder() / "room.lock").chmod(0o666)
    held = hold_room()
    assert stat.S_IMODE((lock_folder() / "room.lock").stat().st_mode) == 0o600
    let_go(*held)


def in_a_place_that_cannot_be_written(path: Path) -> None:
    path.parent.write_text("no folder")


def through_a_link(path: Path) -> None:
    path.parent.mkdir()
    path.symlink_to(path.parent / "somebody's")


def a_pipe(path: Path) -> None:
    path.parent.mkdir()
    os.mkfifo(path)


@pytest.mark.parametrize("made", [in_a_place_that_cannot_be_written, through_a_link, a_pipe])
def test_where_no_lock_can_be_had_the_guide_goes_on_with_a_warning(
    made: Callable[[Path], None], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    lock = tmp_path / "kept" / "history.sqlite.lock"
    made(lock)
    for _ in range(2):
        hold_history(tmp_path / "kept" / "history.sqlite").close()
    assert len(caplog.messages) == 1, "told once"
    assert "cannot be locked" in caplog.text
    assert "no other guide runs" in caplog.text
    assert not (tmp_path / "kept" / "somebody's").exists()


def test_without_a_data_folder_the_rooms_lock_is_the_machines(
    other: Other, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "/dev/null/nowhere")
    let_go(*hold_room())
    assert "cannot be locked" in caplog.text
    other("hold_room()")
    with pytest.raises(CardInUseError):
        hold_room()


def test_a_device_as_history_gets_no_lock_beside_it() -> None:
    hold_history(Path("/dev/null")).close()
    assert not Path("/dev/null.lock").exists()
