"""Heard or typed text to command."""

from __future__ import annotations

from voiceguide.core.commands import Command
from voiceguide.language.pack import LanguagePack, comparable


class Matcher:
    """Finds the command a text stands for.

    Only whole phrases match: a command inside a longer sentence is somebody talking, not a command. Case,
    punctuation and apostrophes do not count, so typed "Whats next?" is the phrase "what's next".

    Args:
        pack: the language.
    """

    def __init__(self, pack: LanguagePack) -> None:
        self._commands = {
            comparable(phrase): command for command, phrases in pack.commands.items() for phrase in phrases
        }

    def command(self, text: str) -> Command | None:
        """Return the command, or None for text that is no known command."""
        return self._commands.get(comparable(text))
