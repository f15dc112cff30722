"""Disk, heat, power and the service, on machines made of files and of programs that answer as told."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from voiceguide.doctor import machine
from voiceguide.doctor.asking import ask
from voiceguide.doctor.check import Check, Verdict
from voiceguide.doctor.configuration import routines, settings
from voiceguide.doctor.service import service
from voiceguide.settings import Settings

Answers = Callable[..., None]


@pytest.fixture
def answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Answers:
    """Put a program on the path that prints a text for its arguments and exits; no others are there."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def program(name: str, *cases: tuple[str, str, int]) -> None:
        lines = [f"*{given}*) echo '{text}'; exit {code} ;;" for given, text, code in cases]
        script = folder / name
        script.write_text("\n".join(['#!/bin/sh\ncase "$*" in', *lines, "esac\nexit 9\n"]))
        script.chmod(0o755)

    return program


def verdicts(checks: list[Check]) -> list[tuple[str, Verdict]]:
    return [(check.name, check.verdict) for check in checks]


# --- asking ---------------------------------------------------------------------------------------------------


def test_a_program_that_is_not_there_or_hangs_gives_no_answer(
    answers: Answers, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert ask("no-such-program") is None
    monkeypatch.setattr("voiceguide.doctor.asking.LIMIT_S", 0.2)
    hangs = tmp_path / "bin" / "hangs"
    hangs.write_text("#!/bin/sh\nread line < /dev/zero\n")
    hangs.chmod(0o755)
    assert ask("hangs") is None


# --- heat and power ---------------------------------------------------------------------------------------------


def warm(folder: Path, *degrees: int) -> Path:
    for number, value in enumerate(degrees):
        zone = folder / f"thermal_zone{number}"
        zone.mkdir(parents=True)
        (zone / "temp").write_text(f"{value * 1000}\n")
    return folder


@pytest.mark.parametrize(
    ("throttled", "degrees", "verdict", "words"),
    [
        ("0x0", 55, Verdict.GOOD, ("55 °C",)),
        ("0x50005", 60, Verdict.WARNING, ("now: too little power", "now: slowed down", "power supply")),
        ("0x10000", 60, Verdict.WARNING, ("since the start: too little power", "power supply")),
        ("0x8", 78, Verdict.WARNING, ("near its heat limit", "Cool the Pi")),
        ("0x0", 83, Verdict.WARNING, ("83 °C", "Cool the Pi")),
    ],
)
def test_a_pi_tells_what_held_it_back(
    answers: Answers, tmp_path: Path, throttled: str, degrees: int, verdict: Verdict, words: tuple[str, ...]
) -> None:
    answers("vcgencmd", ("get_throttled", f"throttled={throttled}", 0))
    check = machine.heat_and_power(thermal=warm(tmp_path / "thermal", 40, degrees))
    assert check.verdict is verdict
    for word in words:
        assert word in check.found + check.remedy


def test_another_machine_shows_its_temperature_or_none(answers: Answers, tmp_path: Path) -> None:
    assert machine.heat_and_power(thermal=tmp_path / "nothing").verdict is Verdict.NOT_TRIED
    assert machine.heat_and_power(thermal=warm(tmp_path / "cool", 45)).verdict is Verdict.GOOD
    assert machine.heat_and_power(thermal=warm(tmp_path / "hot", 95)).verdict is Verdict.WARNING


def test_a_pi_without_its_program_says_so(answers: Answers, tmp_path: Path) -> None:
    model = tmp_path / "model"
    model.write_bytes(b"Raspberry Pi 5 Model B\0")
    answers("vcgencmd", ("get_throttled", "Can't open device file: /dev/vcio", 255))
    assert "no vcgencmd" in machine.heat_and_power(model, warm(tmp_path / "thermal", 50)).found


# --- disk -------------------------------------------------------------------------------------------------------


def test_a_folder_that_can_be_written_is_good_and_stays_empty(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "voiceguide"
    assert verdicts(list(machine.disk(folder))) == [("disk", Verdict.GOOD), ("history", Verdict.GOOD)]
    assert list(folder.iterdir()) == []


def test_little_room_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free = next(iter(machine.disk(tmp_path))).figures["free_bytes"]
    assert isinstance(free, int)
    monkeypatch.setattr(machine, "NEARLY_FULL", free * 10)
    assert next(iter(machine.disk(tmp_path))).verdict is Verdict.WARNING
    monkeypatch.setattr(machine, "FULL", free * 10)
    assert next(iter(machine.disk(tmp_path))).verdict is Verdict.FAILS


def test_a_data_folder_that_cannot_be_is_not_safe(tmp_path: Path) -> None:
    (tmp_path / "voiceguide").write_text("a file in place of the folder")
    history = list(machine.disk(tmp_path / "voiceguide"))[1]
    assert history.verdict is Verdict.FAILS
    assert "writable" in history.remedy


def test_a_history_is_tried_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    with sqlite3.connect(path) as history:
        history.execute("CREATE TABLE sessions (id INTEGER)")
    history.close()
    before = path.read_bytes()
    assert list(machine.disk(tmp_path))[1].verdict is Verdict.GOOD
    assert path.read_bytes() == before


def test_a_damaged_history_is_a_warning_since_a_session_begins_a_new_one(tmp_path: Path) -> None:
    (tmp_path / "history.sqlite").write_bytes(b"no database at all, but some text" * 100)
    check = list(machine.disk(tmp_path))[1]
    assert check.verdict is Verdict.WARNING
    assert "is damaged" in check.found


# --- the service ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("enabled", "active", "linger", "expected"),
    [
        (
            ("enabled", 0),
            ("active", 0),
            ("Linger=yes", 0),
            [("service", Verdict.GOOD), ("lingering", Verdict.GOOD)],
        ),
        (
            ("enabled", 0),
            ("failed", 3),
            ("Linger=no", 0),
            [("service", Verdict.WARNING), ("lingering", Verdict.WARNING)],
        ),
        (
            ("disabled", 1),
            ("inactive", 3),
            ("Linger=yes", 0),
            [("service", Verdict.WARNING), ("lingering", Verdict.GOOD)],
        ),
        (("not-found", 4), ("inactive", 3), ("", 1), [("service", Verdict.NOT_TRIED)]),
        (("", 1), ("", 1), ("", 1), [("service", Verdict.NOT_TRIED)]),  # no user's systemd to ask
    ],
)
def test_the_service(
    answers: Answers,
    enabled: tuple[str, int],
    active: tuple[str, int],
    linger: tuple[str, int],
    expected: list[tuple[str, Verdict]],
) -> None:
    answers("systemctl", ("is-enabled", *enabled), ("is-active", *active))
    answers("loginctl", ("show-user", *linger))
    assert verdicts(list(service())) == expected


def test_a_machine_without_systemd_needs_no_service(answers: Answers) -> None:
    assert verdicts(list(service())) == [("service", Verdict.NOT_TRIED)]


# --- what somebody wrote ----------------------------------------------------------------------------------------


def test_settings_with_a_mistake_fail_and_say_where(tmp_path: Path) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text("night:\n  gain_db: 12\n")
    used, check = settings(file)
    assert check.verdict is Verdict.FAILS
    assert "gain_db" in check.remedy
    assert used == Settings()
    file.write_text("voice: pyttsx3\n")
    used, check = settings(file)
    assert check.verdict is Verdict.GOOD
    assert used.voice == "pyttsx3"


def test_no_settings_are_as_good_as_any(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert settings()[1].verdict is Verdict.GOOD


def test_routines_are_loaded_and_a_missing_one_fails() -> None:
    loaded, check = routines(["constructive-rest", "no-such-routine"])
    assert [routine.language for routine in loaded] == ["en"]
    assert check.verdict is Verdict.FAILS
    assert "no-such-routine" in check.remedy
    assert routines(["constructive-rest"])[1].verdict is Verdict.GOOD
