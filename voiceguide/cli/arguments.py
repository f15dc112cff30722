"""What is typed behind the command, before anything is done with it."""

from __future__ import annotations

from collections.abc import Sequence

from voiceguide.errors import ChoiceError
from voiceguide.printable import not_shown

LONGEST = 4000
"""Letters: no path of a file can be longer."""


def see_that_they_can_be_used(arguments: Sequence[str]) -> None:
    """See that no argument is longer than anything that is meant, or steers a terminal when it is told of.

    Raises:
        ChoiceError: one is.
    """
    for number, argument in enumerate(arguments, start=1):
        if len(argument) > LONGEST:
            raise ChoiceError(
                f"Argument {number} has {len(argument):,} letters, and none needs more than {LONGEST:,}. Was "
                "something pasted by mistake?"
            )
        for _, name in not_shown(argument):
            raise ChoiceError(
                f"Argument {number} holds the character {name}, which cannot be shown. Type it again, or rename "
                "the file that is called so."
            )
