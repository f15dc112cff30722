from __future__ import annotations

from pathlib import Path

import pytest

from voiceguide.errors import RecogniserError
from voiceguide.hearing.recognisers import choose as engines


@pytest.fixture
def no_models(monkeypatch: pytest.MonkeyPatch) -> None:
    # Stands for a machine without any model: the Korean one comes as a package, which cannot be hidden otherwise.
    monkeypatch.setattr(engines, "find_model", lambda language: None)


def test_english_without_a_model_is_heard_by_pocketsphinx(no_models: None) -> None:
    recogniser = engines.choose_recogniser("en")
    assert recogniser.name == "pocketsphinx"
    recogniser.close()


@pytest.mark.parametrize(("language", "preferred"), [("ko", None), ("ko", "vosk"), ("en", "vosk")])
def test_a_missing_model_comes_with_the_command_that_installs_it(
    no_models: None, language: str, preferred: str | None
) -> None:
    with pytest.raises(RecogniserError, match=r"[Ii]nstall (a model|one) with: (pip install|voiceguide models)"):
        engines.choose_recogniser(language, preferred)


def test_a_broken_model_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(engines, "find_model", lambda language: tmp_path)
    with pytest.raises(RecogniserError, match="cannot be used"):
        engines.choose_recogniser("en")
