"""Installing a model so that nothing half-done is left behind."""

from __future__ import annotations

import errno
import re
import shutil
import tempfile
from pathlib import Path

from voiceguide.errors import DamagedModelError, ModelError
from voiceguide.hearing.recognisers.moonshine.model import Model
from voiceguide.models.catalogue import (
    CATALOGUE,
    FROM_FOLDER,
    MODEL_PAGE,
    MOONSHINE_LANGUAGE,
    KnownModel,
    how_to_install,
)
from voiceguide.models.download import Progress, download, sha256
from voiceguide.models.layout import LAYOUTS, MOONSHINE, VOSK, Layout
from voiceguide.models.unpack import unpack
from voiceguide.special_files import A_FOLDER, what_else_it_is

_WORK = ".unfinished-"

_OTHER_MOONSHINE = {"ar", "es", "ja", "ko", "uk", "vi", "zh"}
"""Languages that Moonshine's makers have models for, too; their folders are called `base-ko` and so on."""


def install_model(
    language: str, source: Path | None, target: Path, progress: Progress, engine: str | None = None
) -> Path:
    """Install a model, wholly or not at all.

    Args:
        language: language code, or a name of the catalogue.
        source: a zip file or a folder to take it from; None downloads it.
        target: the folder that holds the models, such as `places.data_folder() / "models"`.
        progress: told what goes on.
        engine: the engine it is for; None goes by what the source holds, and downloads for Vosk.

    Returns:
        The folder of the model.

    Raises:
        ModelError: with what to do next.
        RecogniserError: onnxruntime, by which a Moonshine model is tried, cannot be used.
    """
    known = next((model for model in CATALOGUE if language in (model.language, model.name)), None)
    if engine == MOONSHINE.engine:
        _check_moonshine(language, source)
    if source is None and known is None:
        raise ModelError(
            f'no model for "{language}" can be downloaded; install one with: '
            f"{how_to_install(language, VOSK.engine)}"
        )
    if source is not None and not source.exists():
        raise ModelError(f"{source}: there is no such file or folder")
    if source is not None and (kind := what_else_it_is(source)) not in (None, A_FOLDER):
        raise ModelError(f"{source} is {kind}. Name the model's zip file or folder")
    try:
        if source is not None and known is not None:
            _check_published(source, known)
            language = known.language
        target.mkdir(parents=True, exist_ok=True)
        for left_by_a_power_cut in target.glob(f"{_WORK}*"):
            shutil.rmtree(left_by_a_power_cut)
        # Beside the target, so that the last step is a rename, which happens wholly or not at all.
        with tempfile.TemporaryDirectory(prefix=_WORK, dir=target) as work:
            if source is None:
                assert known is not None  # noqa: S101 - checked above; for the type checker
                return _from_web(known, target, Path(work), progress)
            return _from(source, language, engine, target, Path(work), progress)
    except OSError as error:
        remedy = (
            "free some space"
            if error.errno == errno.ENOSPC
            else "choose a folder you may write to with --to FOLDER"
        )
        raise ModelError(
            f"{target}: the model cannot be written there ({error.strerror or error}); {remedy}"
        ) from error


def _from_web(known: KnownModel, target: Path, work: Path, progress: Progress) -> Path:
    part = target / f"{known.name}.zip.part"
    try:
        download(known.url, part, known.size, known.sha256, progress)
    except ModelError as error:
        raise ModelError(f"{error}\n\n{_by_hand(known)}") from error
    unpack(part, work, progress)
    model, _ = _model_in(work, known.url, VOSK.engine)
    installed = _put(model, target / known.name, work)
    part.unlink()
    return installed


def _check_published(source: Path, known: KnownModel) -> None:
    published = source.is_file() and source.name == known.url.rsplit("/", 1)[-1]
    if published and sha256(source) != known.sha256:
        raise ModelError(
            f"{source}: this file is damaged or not the published one: its SHA-256 is {sha256(source)}\n"
            f"  and should be {known.sha256}. Fetch it again from {known.url}"
        )


def _from(source: Path, language: str, engine: str | None, target: Path, work: Path, progress: Progress) -> Path:
    if source.is_dir():
        found, layout = _model_in(source, str(source), engine)
        name = found.resolve().name
        model = _copied(found, layout, work / "model")
        progress("copying", 1, 1)
    else:
        unpack(source, work, progress)
        model, layout = _model_in(work, str(source), engine)
        name = model.name if model != work else source.stem
    if layout is MOONSHINE:
        _check_moonshine(language, source)
        return _put(model, target / _tried(model, name, source), work)
    if VOSK.language_of(name) != language:
        name = f"vosk-model-{language}"
    return _put(model, target / name, work)


def _copied(found: Path, layout: Layout, copy: Path) -> Path:
    if layout is MOONSHINE:
        copy.mkdir()
        for (file,) in layout.files:
            shutil.copyfile(found / file, copy / file)
    else:
        shutil.copytree(found, copy)
    return copy


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


def _model_in(folder: Path, named: str, engine: str | None) -> tuple[Path, Layout]:
    """Return the model within a folder, itself or its only folder, and the engine it is for."""
    inner = [path for path in folder.iterdir() if path.is_dir()]
    places = [folder, *inner] if len(inner) == 1 else [folder]
    layouts = [LAYOUTS[engine]] if engine is not None else list(LAYOUTS.values())
    tries = [(len(layout.missing(place)), place, layout) for place in places for layout in layouts]
    lacking, place, layout = min(tries, key=lambda one: one[0] / len(one[2].files))
    if not lacking:
        if layout is VOSK and not any((place / where / "Gr.fst").is_file() for where in ("graph", ".")):
            raise ModelError(
                f"{named}: this Vosk model cannot listen for chosen phrases (it has no graph/Gr.fst). "
                f'Take one of the "small" models from {MODEL_PAGE}'
            )
        return place, layout
    if engine is None and lacking == len(layout.files):
        raise ModelError(
            f"{named}: is no speech model. A Moonshine model is the files {_listed(MOONSHINE)}; a Vosk model has "
            f"{_listed(VOSK)}, and there are models for many languages at {MODEL_PAGE}"
        )
    missing = layout.missing(place)
    lacks = f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing"
    remedy = (
        f"A model is the three files {_listed(MOONSHINE)}; streaming models have others and cannot be used"
        if layout is MOONSHINE
        else f"Models for many languages are at {MODEL_PAGE}"
    )
    raise ModelError(f"{named}: is no complete {layout.title} model: {lacks}. {remedy}")


def _listed(layout: Layout) -> str:
    *others, last = (places[0] for places in layout.files)
    return f"{', '.join(others)} and {last}"


def _check_moonshine(language: str, source: Path | None) -> None:
    if language != MOONSHINE_LANGUAGE:
        raise ModelError(
            f'Moonshine hears English only here. Install a Vosk model for "{language}": '
            f"{how_to_install(language, VOSK.engine)}"
        )
    if source is None:
        raise ModelError(
            "Moonshine's models are not downloaded by this command. The one that voiceguide uses comes with "
            f"{how_to_install(language, MOONSHINE.engine)}; any other is installed from its folder: "
            f"{FROM_FOLDER}"
        )
    other = re.search(r"-([a-z]{2})$", source.resolve().name)
    if other and other[1] in _OTHER_MOONSHINE:
        raise ModelError(f'{source}: by its name this model hears "{other[1]}"; Moonshine hears English only here')


def _tried(model: Path, name: str, source: Path) -> str:
    """Load a Moonshine model, and return what its folder is to be called."""
    try:
        Model(model)
    except DamagedModelError as error:
        raise ModelError(
            f"{source}: this Moonshine model cannot be used: {error}. Fetch its files again"
        ) from error
    own = re.sub(r"^moonshine-|-en$", "", name.lower())
    return f"moonshine-{own if re.fullmatch(r'[a-z0-9][a-z0-9._-]*', own) else 'model'}-en"


def _by_hand(known: KnownModel) -> str:
    return (
        "Without a connection, fetch it on another machine and bring it here:\n"
        f"  1. download {known.url} ({known.size:,} bytes)\n"
        f"  2. check it: sha256sum must print {known.sha256}\n"
        f"  3. voiceguide models install {known.language} --from FILE"
    )
