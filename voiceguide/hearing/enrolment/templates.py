"""A person's own words as numbers: templates of each word, and how they are kept."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from voiceguide.core.commands import Command
from voiceguide.errors import RecogniserError
from voiceguide.hearing.enrolment.embedding import SIZE, Floats
from voiceguide.places import data_folder
from voiceguide.private import close_to_others, private_file, private_folder

VERSION = 1

Template = Floats
"""`(n, 96)`: the embedding's vectors over a word, one each 80 ms, less their usual mean, each of length 1."""


@dataclass(frozen=True)
class Bounds:
    """What it takes to believe that a word was spoken, as scores from 0 to 1 (see `matching`).

    Attributes:
        alone: counts without anybody else's word.
        agreeing: counts when another ear says the same.
    """

    alone: float
    agreeing: float


@dataclass(frozen=True)
class Enrolment:
    """One person's words in one language. No sound, nothing that sound could be made of again.

    Attributes:
        language: language code.
        templates: each learned command's templates.
        bounds: for each of them what it takes to believe it.
    """

    language: str
    templates: Mapping[Command, tuple[Template, ...]]
    bounds: Mapping[Command, Bounds]

    def save(self, path: Path) -> None:
        """Write it; what was there before is replaced in one step.

        Raises:
            RecogniserError: the file cannot be written.
        """
        arrays: dict[str, np.ndarray] = {
            "version": np.array(VERSION),
            "language": np.array(self.language),
            "commands": np.array([command.value for command in self.templates]),
            "bounds": np.array([[self.bounds[one].alone, self.bounds[one].agreeing] for one in self.templates]),
        }
        for command, templates in self.templates.items():
            for number, template in enumerate(templates):
                arrays[f"{command.value}-{number}"] = template.astype(np.float32)
        written = path.with_suffix(".new.npz")
        try:
            private_folder(path.parent)
            with private_file(written).open("wb") as file:
                np.savez_compressed(file, allow_pickle=False, **arrays)
                file.flush()
                os.fsync(file.fileno())
            written.replace(path)
        except OSError as error:
            raise RecogniserError(
                f"{path}: what was learned in the rehearsal cannot be kept: {error.strerror or error}. "
                "Make room there or set XDG_DATA_HOME to a folder that can be written."
            ) from error


def place(language: str) -> Path:
    """Return where a language's enrolment is kept."""
    return data_folder() / "rehearsal" / f"{language}.npz"


def load(path: Path) -> Enrolment | None:
    """Read an enrolment; None when there is none.

    Raises:
        RecogniserError: the file cannot be used; it has been put aside, so that the next call finds none.
    """
    close_to_others(path, path.with_suffix(".broken"))  # an earlier version left them open
    if path.parent == place("").parent:
        close_to_others(path.parent, data_folder())
    if not path.exists():
        return None
    try:
        with np.load(path, allow_pickle=False) as stored:
            return _read(stored)
    except OSError as error:
        raise RecogniserError(f"{path} cannot be read: {error.strerror or error}") from error
    except Exception as error:  # a broken archive raises whatever its bytes lead to
        aside = path.with_suffix(".broken")
        try:
            path.replace(aside)
            where = f"It was put aside as {aside.name}."
        except OSError:
            where = "It could not be put aside."
        raise RecogniserError(
            f"{path}: what was learned in the rehearsal cannot be used: {error}. {where} "
            "Rehearse again: voiceguide rehearse"
        ) from error


def forget(path: Path) -> bool:
    """Delete an enrolment; tell whether there was one.

    Raises:
        RecogniserError: it cannot be deleted.
    """
    try:
        found = path.exists()
        path.unlink(missing_ok=True)
        path.with_suffix(".broken").unlink(missing_ok=True)
    except OSError as error:
        raise RecogniserError(f"{path} cannot be deleted: {error.strerror or error}") from error
    return found


def _read(stored: Mapping[str, np.ndarray]) -> Enrolment:
    version = int(stored["version"])
    if version != VERSION:
        raise ValueError(f"its format is version {version}, this program reads version {VERSION}")
    templates: dict[Command, tuple[Template, ...]] = {}
    bounds: dict[Command, Bounds] = {}
    for name, (alone, agreeing) in zip(stored["commands"].tolist(), stored["bounds"].tolist(), strict=True):
        command = Command(name)
        numbers = sorted(
            (key for key in stored if key.rpartition("-")[0] == name), key=lambda key: int(key.rpartition("-")[2])
        )
        templates[command] = tuple(_checked(name, stored[key]) for key in numbers)
        bounds[command] = Bounds(float(alone), float(agreeing))
        if not templates[command] or not 0 < agreeing <= alone <= 1:
            raise ValueError(f'"{name}" is incomplete')
    if not templates:
        raise ValueError("it holds no word")
    return Enrolment(str(stored["language"]), templates, bounds)


def _checked(name: str, values: np.ndarray) -> Template:
    template = np.asarray(values, np.float32)
    if template.ndim != 2 or template.shape[1] != SIZE or not len(template) or not np.isfinite(template).all():  # noqa: PLR2004 - vectors in a row
        raise ValueError(f'a template of "{name}" has the shape {values.shape} or is not finite')
    return template
