"""What whoever set up the speaker wrote: the settings, and the routines they name."""

from __future__ import annotations

from pathlib import Path

from voiceguide.core.plan import Routine
from voiceguide.doctor.check import Check, Verdict
from voiceguide.errors import RoutineError, SettingsError
from voiceguide.places import settings_file
from voiceguide.routine.load import find_routine, load_routine
from voiceguide.settings import Settings, read_settings


def settings(path: Path | None = None) -> tuple[Settings, Check]:
    """Read the settings and tell whether they can be used; with mistakes in them the usual ones are returned.

    Args:
        path: the settings file; None for the one in the user's config folder, which need not be there.
    """
    file = path or settings_file()
    if path is None and not file.exists():
        return Settings(), Check("settings", Verdict.GOOD, "none written, all as usual")
    try:
        return read_settings(file), Check("settings", Verdict.GOOD, str(file))
    except SettingsError as error:
        return Settings(), Check("settings", Verdict.FAILS, f"{file} has mistakes", str(error))


def routines(names: list[str]) -> tuple[list[Routine], Check]:
    """Load routines and tell whether all of them can be run.

    Args:
        names: names or paths, the first being the usual one.
    """
    loaded, problems = [], []
    for name in names:
        try:
            loaded.append(load_routine(find_routine(name)))
        except RoutineError as error:
            problems.append(str(error))
    if problems:
        return loaded, Check("routines", Verdict.FAILS, f"{len(problems)} cannot be run", "\n".join(problems))
    return loaded, Check("routines", Verdict.GOOD, ", ".join(names))
