"""The libraries: found here, and missed where they are missing."""

from __future__ import annotations

import importlib.util
import sys
from typing import Any

import pytest

from voiceguide.doctor import libraries
from voiceguide.doctor.check import Check, Verdict


def found(language: str = "en") -> dict[str, Check]:
    return {check.name: check for check in libraries.libraries(language)}


def test_every_installation_has_them() -> None:
    pytest.importorskip("pyopen_wakeword")
    checks = found()
    assert list(checks) == ["PortAudio", "espeak-ng", "Vosk", "echo canceller", "second ear"]
    assert {check.verdict for check in checks.values()} == {Verdict.GOOD}


def test_a_language_without_a_second_ear_is_no_fault() -> None:
    assert found("ko")["second ear"].verdict is Verdict.NOT_TRIED


@pytest.mark.parametrize(("package", "name"), [("vosk", "Vosk"), ("pyopen_wakeword", "second ear")])
def test_a_missing_package_is_a_warning_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch, package: str, name: str
) -> None:
    find: Any = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda wanted, *_: None if wanted == package else find(wanted)
    )
    check = found()[name]
    assert check.verdict is Verdict.WARNING
    assert "pip install" in check.remedy


def test_a_missing_voice_library_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libraries, "ESPEAK", "libno-such-voice.so.1")
    assert "apt-get install libespeak-ng1" in found()["espeak-ng"].remedy


def test_a_missing_portaudio_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    check = found()["PortAudio"]
    assert check.verdict is Verdict.FAILS
