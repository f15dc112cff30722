"""What doctor says about one thing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from voiceguide.errors import VoiceguideError


class Verdict(StrEnum):
    """How a check came out."""

    GOOD = "good"
    WARNING = "warning"
    """A session can be held, but something is weaker than it could be."""
    FAILS = "fails"
    """A session is not safe to start."""
    NOT_TRIED = "not tried"
    """It does not apply to this machine, was not asked for, or another check has to pass first."""


Figure = float | str | bool | None


@dataclass(frozen=True)
class Check:
    """One line of the table.

    Attributes:
        name: what was looked at.
        verdict: how it came out.
        found: what was found, for people.
        remedy: what to do about it; empty when there is nothing to do.
        figures: the same in numbers, each with its unit in its name, for programs.
    """

    name: str
    verdict: Verdict
    found: str
    remedy: str = ""
    figures: Mapping[str, Figure] = field(default_factory=dict)


def failing(name: str, error: VoiceguideError) -> Check:
    """Return a check that fails by an error, whose first sentence says what is wrong and the rest what to do."""
    found, _, remedy = " ".join(str(error).split()).partition(". ")
    return Check(name, Verdict.FAILS, found, remedy)


def safe(checks: Iterable[Check]) -> bool:
    """Tell whether a session is safe to start: nothing fails."""
    return all(check.verdict is not Verdict.FAILS for check in checks)
