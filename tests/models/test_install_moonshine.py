"""Moonshine models: brought as a folder or a zip, tried, and installed wholly or not at all."""

from __future__ import annotations

import importlib.util
import shutil
import zipfile
from pathlib import Path

import pytest
from vosk_files import contents, quiet, unpacked

from voiceguide.errors import ModelError
from voiceguide.hearing.recognisers.moonshine.model import DECODER, ENCODER, TOKENS
from voiceguide.models.find import find_model
from voiceguide.models.install import install_model

FILES = (DECODER, ENCODER, TOKENS)

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("moonshine_voice") is None,
    reason="Moonshine's model is not installed: pip install moonshine-voice==0.0.73",
)


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A folder as Moonshine's makers publish it. Its model is the small one."""
    tiny = find_model("en", "moonshine")
    assert tiny is not None
    folder = tmp_path / "base-en"
    folder.mkdir()
    for name in FILES:
        # Links, so that a test which damages a file must put another one in its place.
        (folder / name).symlink_to(tiny / name)
    (folder / "notes.txt").write_text("not part of the model")
    return folder


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "models"


def replace(path: Path, content: bytes) -> None:
    path.unlink()
    path.write_bytes(content)


def test_a_folder_is_installed_under_its_own_name(base: Path, target: Path) -> None:
    folder = install_model("en", base, target, quiet)
    assert folder == target / "moonshine-base-en"
    assert contents(target) == ["moonshine-base-en", *(f"moonshine-base-en/{name}" for name in FILES)]
    assert not any(path.is_symlink() for path in folder.iterdir())


@pytest.mark.parametrize(
    ("name", "installed"),
    [
        ("base", "moonshine-base-en"),
        ("moonshine-base-en", "moonshine-base-en"),
        ("My Model", "moonshine-model-en"),
        ("tiny-v2", "moonshine-tiny-v2-en"),
    ],
)
def test_names(base: Path, target: Path, name: str, installed: str) -> None:
    assert install_model("en", base.rename(base.with_name(name)), target, quiet, "moonshine").name == installed


def test_a_zip_is_installed_as_well(base: Path, target: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "own.zip", "w") as archive:
        for name in FILES:
            archive.write(base / name, f"base-en/{name}")
    assert install_model("en", tmp_path / "own.zip", target, quiet) == target / "moonshine-base-en"


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(base: Path, target: Path, name: str) -> None:
    (base / name).unlink()
    for engine in (None, "moonshine"):
        with pytest.raises(ModelError, match=f"no complete Moonshine model: {name} is missing"):
            install_model("en", base, target, quiet, engine)
    assert contents(target) == []


def test_a_folder_of_neither_kind_is_told_what_a_model_is(tmp_path: Path, target: Path) -> None:
    (tmp_path / "nothing").mkdir()
    with pytest.raises(ModelError, match=r"is no speech model\. A Moonshine model is the files encoder_model"):
        install_model("en", tmp_path / "nothing", target, quiet)


def test_the_engine_that_was_asked_for_counts(base: Path, target: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no complete Vosk model: am/final\.mdl and conf/mfcc\.conf are missing"):
        install_model("en", base, target, quiet, "vosk")
    with pytest.raises(ModelError, match="no complete Moonshine model"):
        install_model("en", unpacked(tmp_path / "vosk-model-en"), target, quiet, "moonshine")
    assert contents(target) == []


@pytest.mark.parametrize(
    ("name", "damage", "says"),
    [
        (ENCODER, lambda content: content[: len(content) // 2], f"onnxruntime cannot run {ENCODER}"),
        (DECODER, lambda content: content[:100], f"onnxruntime cannot run {DECODER}"),
        (DECODER, lambda content: b"", f"onnxruntime cannot run {DECODER}"),
        (TOKENS, lambda content: content[:-5_000], f"{TOKENS} holds"),
        (TOKENS, lambda content: b"<html>not found</html>", f"{TOKENS} is no list"),
    ],
)
def test_a_damaged_file_is_refused_and_leaves_nothing(
    base: Path, target: Path, name: str, damage: object, says: str
) -> None:
    assert callable(damage)
    replace(base / name, damage((base / name).read_bytes()))
    with pytest.raises(ModelError, match=says) as caught:
        install_model("en", base, target, quiet)
    assert str(base) in str(caught.value)
    assert "Fetch its files again" in str(caught.value)
    assert contents(target) == []


def test_a_damaged_model_does_not_replace_a_good_one(base: Path, target: Path) -> None:
    good = install_model("en", base, target, quiet)
    replace(base / ENCODER, b"")
    with pytest.raises(ModelError):
        install_model("en", base, target, quiet)
    assert (good / ENCODER).stat().st_size > 1_000_000
    assert [path.name for path in target.iterdir()] == ["moonshine-base-en"]


def test_networks_in_each_others_place_are_refused(base: Path, target: Path) -> None:
    replace(base / ENCODER, (base / DECODER).read_bytes())
    with pytest.raises(ModelError, match="do not work together"):
        install_model("en", base, target, quiet)
    shutil.copyfile(find_encoder(), base / ENCODER)
    replace(base / DECODER, (base / ENCODER).read_bytes())
    with pytest.raises(ModelError, match=f"{DECODER} is no decoder of Moonshine's"):
        install_model("en", base, target, quiet)


def find_encoder() -> Path:
    tiny = find_model("en", "moonshine")
    assert tiny is not None
    return tiny / ENCODER


def test_other_languages_are_refused(base: Path, target: Path) -> None:
    with pytest.raises(ModelError, match="models install de --from ZIP"):
        install_model("de", base, target, quiet)
    with pytest.raises(ModelError, match='this model hears "ko"'):
        install_model("en", base.rename(base.with_name("base-ko")), target, quiet)


def test_a_download_is_not_offered(target: Path) -> None:
    with pytest.raises(ModelError, match="--engine moonshine --from DIR"):
        install_model("en", None, target, quiet, "moonshine")
    assert not target.exists()
