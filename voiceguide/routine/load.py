"""The way from a name or a path to a routine that can be run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from voiceguide.core import plan
from voiceguide.errors import RoutineError
from voiceguide.handwritten.nearest import nearest
from voiceguide.handwritten.problems import Location, Problem
from voiceguide.handwritten.source import Source, read_source, source_of
from voiceguide.handwritten.wording import report_invalid
from voiceguide.places import routine_folders
from voiceguide.routine.checks import check_sense
from voiceguide.routine.model import Exercise, RoutineFile
from voiceguide.routine.problems import BrokenRoutineError

if TYPE_CHECKING:
    from collections.abc import Sequence

SUFFIX = ".yaml"


@dataclass(frozen=True)
class Listed:
    """A routine that can be named on the command line.

    Attributes:
        name: what to type.
        path: its file.
        own: it lies in the user's folder; otherwise it is shipped.
        file: what it holds, or None if it is broken.
        problems: why it is broken.
    """

    name: str
    path: Path
    own: bool
    file: RoutineFile | None
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Reading:
    """A routine file as it was read.

    Attributes:
        file: what it holds, or None if it is broken.
        problems: why it is broken, in the order of its lines; empty exactly if `file` is there.
        source: where everything stands in it.
    """

    file: RoutineFile | None
    problems: tuple[Problem, ...]
    source: Source


def read(path: Path) -> Reading:
    """Read a routine file; never raises for anything in the file, nor for a file that cannot be read."""
    return _reading(read_source(path))


def read_text(text: str, file: str) -> Reading:
    """Read a routine that is being written, as `read` would if it were a file already.

    Args:
        text: what has been written so far.
        file: the path it will have: its name must be the routine's id.
    """
    return _reading(source_of(text.encode("utf-8", "surrogatepass"), file))


def check_file(path: Path) -> list[Problem]:
    """Return everything that is wrong with a routine file, in the order of its lines; empty if it is fine.

    Never raises for anything in the file, nor for a file that cannot be read.
    """
    return list(read(path).problems)


def read_routine_file(path: Path) -> RoutineFile:
    """Read a routine file as written, with what only lists show: summary and minutes.

    Raises:
        BrokenRoutineError: with every mistake in the file.
    """
    reading = read(path)
    if reading.file is None:
        raise BrokenRoutineError(path, list(reading.problems))
    return reading.file


def load_routine(path: Path) -> plan.Routine:
    """Read a routine file for a session.

    Raises:
        BrokenRoutineError: with every mistake in the file.
    """
    return as_plan(read_routine_file(path))


def find_routine(name_or_path: str) -> Path:
    """Return the file of a routine.

    Args:
        name_or_path: the name of a routine in the user's folder or of a shipped one, or the path of any file:
            whatever ends in .yaml or .yml or contains a slash is a path.

    Raises:
        RoutineError: there is no such routine; the message lists what there is.
    """
    path = Path(name_or_path).expanduser()
    if "/" in name_or_path or path.suffix in {SUFFIX, ".yml"}:
        if path.exists():
            return path
        raise RoutineError(f"There is no routine file {name_or_path}. Check the spelling and the folder.")
    known = _by_name()
    if name_or_path in known:
        return known[name_or_path]
    meant = nearest(name_or_path.lower(), known, likeness=0.4)
    hint = f" Did you mean {meant}?" if meant else ""
    raise RoutineError(
        f'There is no routine "{name_or_path}".{hint} There are: {", ".join(sorted(known)) or "none"}. '
        f"Your own belong in {routine_folders()[0]}; a file elsewhere is given by its path, with .yaml."
    )


def list_routines() -> list[Listed]:
    """Return all routines that can be named, by name; the user's own hides a shipped one of the same name."""
    own_folder = routine_folders()[0]
    listed = []
    for name, path in sorted(_by_name().items()):
        reading = read(path)
        listed.append(Listed(name, path, path.parent == own_folder, reading.file, reading.problems))
    return listed


def as_plan(file: RoutineFile) -> plan.Routine:
    """Return a checked file as the session wants it."""
    return plan.Routine(
        id=file.id,
        language=file.language,
        title=_tidy(file.title),
        welcome=_lines(file.welcome),
        exercises=tuple(map(_exercise, file.exercises)),
        closing=_lines(file.closing),
    )


def _exercise(written: Exercise) -> plan.Exercise:
    breathing = written.breathing
    return plan.Exercise(
        id=written.id,
        title=_tidy(written.title),
        purpose=_lines(written.purpose),
        equipment=_lines(written.equipment),
        setup=_lines(written.setup.first_time),
        setup_short=_lines(written.setup.again or written.setup.first_time),
        wait_s=None if written.wait == "ready" else written.wait,
        sides=tuple(map(plan.Side, written.sides)),
        repeats=written.repeats,
        between_s=written.between_seconds,
        hold_s=written.hold_seconds or written.rest_seconds,
        open_rest=written.rest_seconds > 0,
        breathing=plan.Breathing(breathing.in_seconds, breathing.out_seconds, breathing.spoken == "fading"),
        cues=tuple(plan.HoldCue(cue.at_second, _tidy(cue.say)) for cue in written.cues),
        release=_lines(written.release),
        pain=plan.PainGuidance(
            sharp=_lines(written.pain.sharp),
            sharp_tries=written.pain.tries_after_sharp,
            dull=_lines(written.pain.dull),
        ),
    )


def _reading(source: Source) -> Reading:
    file = _judge(source) if source.places else None
    problems = tuple(sorted(set(source.problems)))
    return Reading(None if problems else file, problems, source)


def _judge(source: Source) -> RoutineFile | None:
    if not isinstance(source.data, dict):
        what = "the file must be made of keys with values, such as `id: my-routine`"
        source.report_at((), what, "Begin with a shipped routine: see `voiceguide routines`.")
        return None
    file, wrong = None, set(source.refused)
    try:
        file = RoutineFile.model_validate(source.data)
    except ValidationError as error:
        wrong = report_invalid(error, source, RoutineFile)
    check_sense(_without(wrong, source.data, ()), source)
    return file


def _without(wrong: set[Location], value: Any, at: Location) -> Any:
    """Return a copy with None in place of everything that is wrong, and of keys that are misspelt."""
    if at in wrong:
        return None
    if isinstance(value, dict):
        kept = {key: _without(wrong, entry, (*at, key)) for key, entry in value.items()}
        return kept | {location[-1]: None for location in wrong if location[:-1] == at and at != location}
    if isinstance(value, list):
        return [_without(wrong, entry, (*at, i)) for i, entry in enumerate(value)]
    return value


def _by_name() -> dict[str, Path]:
    found: dict[str, Path] = {}
    for folder in reversed(routine_folders()):
        if folder.is_dir():
            found |= {path.stem: path for path in folder.glob(f"*{SUFFIX}") if path.is_file()}
    return found


def _lines(lines: Sequence[str]) -> tuple[str, ...]:
    return tuple(map(_tidy, lines))


def _tidy(line: str) -> str:
    return " ".join(line.split())
