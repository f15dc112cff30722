from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from routine_text import SPOKEN

from voiceguide.core.plan import Routine
from voiceguide.language.pack import load_language
from voiceguide.places import shipped_routines
from voiceguide.preview.account import Account, Onlooker
from voiceguide.rendition import Nowhere, perform
from voiceguide.routine.load import load_routine
from voiceguide.testing.speech import VirtualSpeech

PHRASES = load_language("en").phrases
READY_S = 5.0

REST = """\
  - id: rest
    title: The rest
    purpose: [Here it lets go.]
    setup: {first_time: [Lie down on your back.]}
    wait: 3
    rest_seconds: 20
    breathing: {in_seconds: 4, out_seconds: 6}
    release: [Roll slowly onto one side.]
    pain:
      sharp: [Lie in any way that is comfortable.]
      tries_after_sharp: 0
      dull: [Lie only as long as it feels easy.]
"""

MINE = SPOKEN.replace("hold_seconds: 30", "hold_seconds: 25").replace("closing:", f"{REST}closing:")
"""Two sides with two holds of two breaths each, then a rest of two breaths."""


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "mine.yaml"
    path.write_text(MINE, encoding="utf-8")
    return path


def look_at(routine: Routine) -> Account:
    onlooker = Onlooker(routine, PHRASES)
    ends = perform(
        routine,
        PHRASES,
        VirtualSpeech(),
        Nowhere(),
        ready_after_s=READY_S,
        notice=onlooker.notice,
        watch=onlooker.show,
    )
    return onlooker.account(ends)


@pytest.fixture
def account_of(mine: Path) -> Callable[[str, str], Account]:
    """Account of the small routine, with a part of its text replaced, in virtual speech."""

    def account_of(old: str, new: str) -> Account:
        assert old in MINE
        mine.write_text(MINE.replace(old, new), encoding="utf-8")
        return look_at(load_routine(mine))

    return account_of


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Account:
    """Account of the small routine as it is, in virtual speech."""
    path = tmp_path_factory.mktemp("small") / "mine.yaml"
    path.write_text(MINE, encoding="utf-8")
    return look_at(load_routine(path))


@pytest.fixture(scope="session")
def short() -> Account:
    """Account of the shipped short routine, in virtual speech."""
    return look_at(load_routine(shipped_routines() / "psoas-short.yaml"))
