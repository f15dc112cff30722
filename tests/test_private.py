"""What a person reported is for this user alone: files 0600, folders 0700, also those of earlier versions."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_routine import ROUTINE
from told_session import Told
from typer.testing import CliRunner

import voiceguide
from voiceguide.audio.files import FilePort
from voiceguide.cli.main import app
from voiceguide.core.commands import Command
from voiceguide.errors import SettingsError
from voiceguide.hearing.enrolment.embedding import SIZE
from voiceguide.hearing.enrolment.templates import Bounds, Enrolment, load, place
from voiceguide.history.database import open_to_read, open_to_write
from voiceguide.history.history import History
from voiceguide.history.journal import Journal
from voiceguide.places import data_folder, history_file
from voiceguide.private import close_folder_to_others, private_file, private_folder
from voiceguide.settings import read_settings


@pytest.fixture(autouse=True)
def open_to_the_world() -> Iterator[None]:
    """Make files as readable as a program can: nothing but voiceguide itself closes them."""
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def modes(folder: Path) -> dict[str, int]:
    """The modes of everything in a folder, and of itself."""
    return {str(path.relative_to(folder)): mode(path) for path in (folder, *folder.rglob("*"))}


def others_can(folder: Path) -> list[str]:
    return [name for name, mode in modes(folder).items() if mode & 0o077]


# --- history -----------------------------------------------------------------------------------------------


def test_the_history_is_closed_while_it_is_written_and_after() -> None:
    session = Told(history_file())
    session.start()
    session.hurt()
    names = {path.name for path in data_folder().iterdir()}
    assert {"history.sqlite", "history.sqlite-wal", "history.sqlite-shm"} <= names
    assert mode(data_folder()) == 0o700
    assert {mode(path) for path in data_folder().iterdir()} == {0o600}
    session.finish()
    assert others_can(data_folder()) == []


def test_a_history_elsewhere_is_closed_and_the_folder_it_was_put_in_stays_as_it_is(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir(mode=0o755)
    Told(shared / "history.sqlite").finish()
    assert modes(shared) == {".": 0o755, "history.sqlite": 0o600}
    Told(tmp_path / "new" / "history.sqlite").finish()
    assert modes(tmp_path / "new") == {".": 0o700, "history.sqlite": 0o600}


def made_by_an_earlier_version(*, damaged: bool = False) -> None:
    Told(history_file()).finish()
    data_folder().chmod(0o755)
    files = [history_file()]
    if damaged:
        files += [data_folder() / f"history.sqlite.damaged-1{part}" for part in ("", "-wal")]
    for file in files:
        file.touch()
        file.chmod(0o644)


@pytest.mark.parametrize("opened", ["to write", "to read"])
def test_a_history_of_an_earlier_version_is_closed_when_it_is_opened(opened: str) -> None:
    made_by_an_earlier_version(damaged=True)
    connection = open_to_write(history_file())[0] if opened == "to write" else open_to_read(history_file())
    assert connection is not None
    with closing(connection):
        assert others_can(data_folder()) == []
        assert mode(history_file()) == 0o600


def test_a_damaged_history_is_closed_as_it_is_put_aside() -> None:
    made_by_an_earlier_version()
    history_file().write_bytes(b"nonsense" * 1000)
    Told(history_file()).finish()
    assert mode(data_folder() / "history.sqlite.damaged-1") == 0o600


def test_a_right_is_never_given(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    path.touch()
    path.chmod(0o444)
    close_folder_to_others(tmp_path)
    assert mode(path) == 0o400


def test_what_was_exported_or_drawn_is_closed(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    session = Told(history_file())
    session.start()
    session.hold("stretch", "left", 1)
    session.finish()
    for arguments in (["export", "--json", "-o", tmp_path / "kept.json"], ["--plot", tmp_path / "weeks.png"]):
        assert CliRunner().invoke(app, ["history", *map(str, arguments)]).exit_code == 0
    assert mode(tmp_path / "kept.json") == mode(tmp_path / "weeks.png") == 0o600


# --- the events file -----------------------------------------------------------------------------------------


def test_an_events_file_is_closed_also_one_that_was_there(tmp_path: Path) -> None:
    for name in ("new.jsonl", "old.jsonl"):
        path = tmp_path / name
        if name == "old.jsonl":
            path.write_text("of last time\n")
        with closing(Journal(path)) as journal:
            journal.write(0, "pain", heard="it hurts")
        assert mode(path) == 0o600
        assert json.loads(path.read_text())["heard"] == "it hurts"


def test_a_pipe_or_a_device_is_written_as_it_is(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe, 0o666)
    with pytest.raises(OSError, match="nobody reads"):  # to open it would wait for a reader
        private_file(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    assert private_file(pipe) == pipe
    os.close(reader)
    assert mode(pipe) == 0o666
    assert private_file(Path(os.devnull)).is_char_device()
    assert mode(Path(os.devnull)) & 0o006 == 0o006


def test_the_sound_of_a_session_is_closed(tmp_path: Path) -> None:
    with closing(FilePort(None, tmp_path / "session.wav", silence_after_s=0.1)):
        assert mode(tmp_path / "session.wav") == 0o600


# --- the rehearsal -------------------------------------------------------------------------------------------


def enrolment() -> Enrolment:
    template = np.ones((3, SIZE), np.float32)
    return Enrolment("en", {Command.PAIN: (template,)}, {Command.PAIN: Bounds(0.9, 0.8)})


def test_what_was_learned_in_the_rehearsal_is_closed() -> None:
    enrolment().save(place("en"))
    assert modes(data_folder()) == {".": 0o700, "rehearsal": 0o700, "rehearsal/en.npz": 0o600}


def test_a_rehearsal_of_an_earlier_version_is_closed_when_it_is_read() -> None:
    enrolment().save(place("en"))
    broken = place("en").with_suffix(".broken")
    broken.touch()
    for path, open_mode in (
        (data_folder(), 0o755),
        (place("en").parent, 0o755),
        (place("en"), 0o644),
        (broken, 0o644),
    ):
        path.chmod(open_mode)
    assert load(place("en")) is not None
    assert others_can(data_folder()) == []


# --- folders -------------------------------------------------------------------------------------------------


def test_the_folders_above_voiceguides_own_are_not_touched() -> None:
    above = data_folder().parent
    above.mkdir(mode=0o755)
    private_folder(data_folder() / "rehearsal")
    assert mode(above) == 0o755
    assert others_can(data_folder()) == []


def test_what_a_link_leads_to_is_not_touched(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.touch(mode=0o644)
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "link").symlink_to(outside)
    close_folder_to_others(folder)
    assert mode(outside) == 0o644
    assert mode(folder) == 0o700


def test_a_disk_that_knows_no_rights_is_no_reason_to_keep_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: Any, **__: Any) -> None:
        raise PermissionError(1, "Operation not permitted")

    (tmp_path / "history.sqlite").touch(mode=0o644)
    monkeypatch.setattr(Path, "chmod", refused)
    with closing(History(tmp_path / "history.sqlite", ROUTINE)) as history:
        lost: list[str] = []
        history.on_loss(lost.append)
    assert lost == []
    with closing(sqlite3.connect(tmp_path / "history.sqlite")) as kept:
        assert kept.execute("SELECT count(*) FROM session").fetchone() == (0,)


# --- the command line ----------------------------------------------------------------------------------------


def test_whatever_a_command_makes_is_closed(tmp_path: Path) -> None:
    """Of every command, although the shell that called it would have left everything open."""
    for arguments in (
        ("schema", "--output", "schema.json"),
        ("settings", "--new", "--settings", "config/settings.yaml"),
        (
            "new",
            "my-own",
            "--language",
            "en",
            "--title",
            "Mine",
            "--exercise",
            "1",
            "--folder",
            "routines",
        ),
        ("history", "export", "--csv", "--output", "kept.csv"),
    ):
        program = "from voiceguide.cli.entry import begin; begin()"
        done = subprocess.run(
            [sys.executable, "-c", program, *arguments],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(Path(voiceguide.__file__).parent.parent)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    made = modes(tmp_path)
    assert {"schema.json", "config/settings.yaml", "routines/my-own.yaml", "kept.csv"} <= made.keys()
    assert not [name for name, mode in made.items() if mode & 0o077 and name != "."]


# --- settings that name programs -----------------------------------------------------------------------------

HOOKS = "hooks:\n  pain: [lamp, red]\n"


def settings_at(place: Path, *, file: int = 0o644, folder: int = 0o755, text: str = HOOKS) -> Path:
    place.mkdir()
    path = place / "settings.yaml"
    path.write_text(text)
    path.chmod(file)
    place.chmod(folder)
    return path


@pytest.mark.parametrize(
    ("file", "folder", "remedy"),
    [
        (0o664, 0o755, "chmod go-w {place}/settings.yaml"),
        (0o646, 0o755, "chmod go-w {place}/settings.yaml"),
        (0o644, 0o775, "chmod go-w {place}"),
        (0o600, 0o777, "chmod go-w {place}"),
    ],
)
def test_settings_with_hooks_that_others_can_write_are_refused_with_the_remedy(
    tmp_path: Path, file: int, folder: int, remedy: str
) -> None:
    place = tmp_path / "config"
    path = settings_at(place, file=file, folder=folder)
    with pytest.raises(SettingsError) as refused:
        read_settings(path)
    assert str(refused.value).endswith(remedy.format(place=place))
    subprocess.run(remedy.format(place=place).split(), check=True)
    assert read_settings(path).hooks.pain == ["lamp", "red"]


def test_a_link_to_settings_that_others_can_write_is_refused(tmp_path: Path) -> None:
    path = settings_at(tmp_path / "open", file=0o666)
    mine = tmp_path / "mine"
    mine.mkdir(mode=0o700)
    (mine / "settings.yaml").symlink_to(path)
    with pytest.raises(SettingsError, match="chmod go-w"):
        read_settings(mine / "settings.yaml")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives a file away")
def test_settings_with_hooks_of_another_user_are_refused(tmp_path: Path) -> None:
    path = settings_at(tmp_path / "config")
    os.chown(path, 65534, 65534)
    with pytest.raises(SettingsError, match="belongs to another user"):
        read_settings(path)


def test_settings_without_hooks_may_be_shared(tmp_path: Path) -> None:
    assert read_settings(settings_at(tmp_path / "config", file=0o666, text="voice: hibari\n")).voice == "hibari"
