"""`voiceguide doctor`: what it prints, and when it says that a session is safe to start."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from voiceguide.cli.doctor_command import SAFE, UNSAFE

Voiceguide = Callable[..., Any]
Says = Callable[..., Path]


@pytest.fixture
def checks(voiceguide: Voiceguide, real: tuple[str, ...]) -> Callable[..., tuple[int, dict[str, Any]]]:
    """Run doctor and return its exit code and each check by its name."""

    def run(*arguments: object) -> tuple[int, dict[str, Any]]:
        done = voiceguide("doctor", "--json", *real, *arguments)
        told = json.loads(done.out)
        assert told["safe"] is (done.exit_code == 0)
        assert told["safe"] is not any(check["verdict"] == "fails" for check in told["checks"])
        return done.exit_code, {check["name"]: check for check in told["checks"]}

    return run


# Whether this machine is fast enough is not tested here: others may keep it busy.


def test_nobody_needs_to_be_there_without_words(checks: Callable[..., Any], user_says: Says) -> None:
    _, found = checks("--mic", user_says([], 20.0), "--no-words")
    assert found["words"]["verdict"] == "not tried"
    assert {"Python", "PortAudio", "disk", "history", "clock", "heat and power", "service", "voice"} <= set(found)
    assert found["voice"]["found"] == "pyttsx3"
    assert found["recogniser"]["found"].startswith("Moonshine with moonshine-")
    assert found["speed"]["figures"]["real_time_factor"] > 0
    assert found["microphone"]["verdict"] == "good"


def test_somebody_who_says_nothing_in_a_file_is_not_heard(
    checks: Callable[..., Any], user_says: Says, tmp_path: Path
) -> None:
    code, found = checks("--mic", user_says([], 20.0), "--speaker", tmp_path / "guide.wav")
    assert code == 1
    assert found["speaker"]["verdict"] == "warning"  # a file hears no loudspeaker
    assert found["“it hurts”"]["verdict"] == "fails"
    assert found["“stop”"]["verdict"] == "fails"


def test_a_machine_without_a_sound_card_is_told_so(
    voiceguide: Voiceguide, real: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "asound.conf"
    config.write_text("pcm { none { type none } }\n")
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(config))
    done = voiceguide("doctor", *real)
    assert done.exit_code == 1
    assert "No sound card was found" in " ".join(done.out.split())
    assert UNSAFE in done.out
    assert SAFE not in done.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--speaker", "guide.wav"), "needs --mic FILE"),
        (("--mic", "user.wav", "--input", "usb"), "use one or the other"),
        (("--language", "xx"), 'there is no language "xx"'),
    ],
)
def test_what_cannot_be_done_is_said(voiceguide: Voiceguide, arguments: tuple[str, ...], message: str) -> None:
    done = voiceguide("doctor", *arguments)
    assert done.exit_code != 0
    assert message in done.err
