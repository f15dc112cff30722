"""Which models are installed, and where. Nothing is loaded."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from voiceguide import places
from voiceguide.models.catalogue import CATALOGUE, FROM_FOLDER, WHEELS, WheelModel, how_to_install
from voiceguide.models.layout import LAYOUTS, MOONSHINE, VOSK, Layout


@dataclass(frozen=True)
class Listed:
    """One line of the list of models.

    Attributes:
        engine: the engine it is for.
        language: language code.
        name: the model's name.
        size: bytes on disk where it is installed, otherwise to download.
        path: where it is installed; None when it is not.
        install: the command that installs it; empty for one that is not known.
    """

    engine: str
    language: str
    name: str
    size: int
    path: Path | None
    install: str


def find_model(language: str, engine: str) -> Path | None:
    """Return the folder of an installed model for a language, or None.

    Looked for in `places.model_folders()` by name (`vosk-model-small-de-0.15` is German), then among the models
    that come in Python packages.
    """
    layout = LAYOUTS[engine]
    for folder in places.model_folders():
        for path in _in_order(layout, folder):
            if layout.language_of(path.name) == language:
                return path
    wheels = (wheel for wheel in WHEELS if (wheel.language, wheel.layout.engine) == (language, engine))
    return next(filter(None, map(_in_wheel, wheels)), None)


def list_models() -> list[Listed]:
    """Return every model that is known or installed, engine by engine."""
    return [*_listed(MOONSHINE), *_listed(VOSK)]


def name_of(model: Path) -> str:
    """Return what an installed model is called."""
    wheel = _wheel_of(model)
    return wheel.name if wheel is not None else model.name


def how_to_repair(model: Path, language: str, engine: str) -> str:
    """Return what to do about an installed model that cannot be used, as a sentence."""
    wheel = _wheel_of(model)
    if wheel is not None:
        return f"Install it again: {wheel.repair}"
    if engine == MOONSHINE.engine:
        return f"Install it again: {FROM_FOLDER}; or delete that folder to use the model that comes with pip."
    return f"Install it again: {how_to_install(language, engine)}"


def _listed(layout: Layout) -> list[Listed]:
    engine = layout.engine
    installed = [path for folder in reversed(places.model_folders()) for path in layout.models_in(folder)]
    found = {model.name: model for model in installed}
    listed = []
    for known in CATALOGUE if layout is VOSK else ():
        path = found.pop(known.name, None)
        install = how_to_install(known.language, engine)
        listed.append(Listed(engine, known.language, known.name, _size_of(path) or known.size, path, install))
    for wheel in WHEELS:
        if wheel.layout is layout:
            path = _in_wheel(wheel)
            install = how_to_install(wheel.language, engine)
            listed.append(Listed(engine, wheel.language, wheel.name, _size_of(path) or wheel.size, path, install))
    for name, model in sorted(found.items()):
        listed.append(Listed(engine, layout.language_of(name) or "", name, _size_of(model), model, ""))
    return listed


def _in_order(layout: Layout, folder: Path) -> list[Path]:
    """Return the models in a folder: those of the catalogue first, then others by name."""
    names = [known.name for known in CATALOGUE]
    return sorted(layout.models_in(folder), key=lambda path: (path.name not in names, path.name))


def _in_wheel(wheel: WheelModel) -> Path | None:
    # Finds a package without importing it: this one may load a large C library.
    spec = importlib.util.find_spec(wheel.package)
    folders: Sequence[str] = (spec.submodule_search_locations or []) if spec else []
    models = (Path(folder) / wheel.folder for folder in folders)
    return next((path for path in models if not wheel.layout.missing(path)), None)


def _wheel_of(model: Path) -> WheelModel | None:
    return next((wheel for wheel in WHEELS if _in_wheel(wheel) == model), None)


def _size_of(folder: Path | None) -> int:
    if folder is None:
        return 0
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
