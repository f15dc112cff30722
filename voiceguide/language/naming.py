"""Asking for a routine by its name: "start short routine"."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from voiceguide.core.commands import Command
from voiceguide.language.pack import LanguagePack, comparable, normalise
from voiceguide.language.phrasing import expand
from voiceguide.language.understanding import Understanding

_START = frozenset({Command.START})

_log = logging.getLogger(__name__)


class NamedRoutines:
    """What people may say to ask for one of several routines.

    To everything that listens the phrases are those of the command START. Only the recogniser, which is told them,
    can tell one name from another; other ears notice that somebody said "start", and have that vote.

    Args:
        pack: the language.
        called: what people call each routine, by its id. A name that two have belongs to the first of them.

    Attributes:
        pack: the language, with these phrases.
    """

    def __init__(self, pack: LanguagePack, called: Mapping[str, Sequence[str]]) -> None:
        taken = {comparable(phrase) for phrases in pack.commands.values() for phrase in phrases}
        phrases: list[str] = []
        self._routines: dict[str, str] = {}
        for routine, names in called.items():
            for name in names:
                new = {comparable(phrase): phrase for phrase in _asking_for(name, pack)}
                if clash := (new.keys() & taken) | (new.keys() & self._routines.keys()):
                    phrase = new[min(clash)]
                    _log.warning('%s cannot be asked for by "%s": that means something else', routine, phrase)
                free = [key for key in new if key not in clash]
                self._routines |= dict.fromkeys(free, routine)
                phrases += [new[key] for key in free]
        start = (*pack.commands[Command.START], *phrases)
        self.pack = replace(pack, commands=MappingProxyType({**pack.commands, Command.START: start}))
        self._understanding = Understanding(self.pack)

    @property
    def phrases(self) -> tuple[str, ...]:
        """The phrases that ask for a routine by name."""
        return tuple(self._routines)

    def find(self, text: str) -> str | None:
        """Return the id of the routine that a text asks for by name, None when it names none.

        "Okay, start the short routine please" asks for it as well as "start short routine".
        """
        return self._routines.get(comparable(self._understanding.of(text, _START).phrase))


def _asking_for(name: str, pack: LanguagePack) -> list[str]:
    templates = [phrase for one in pack.standby.start_by_name for phrase in expand(one)]
    return [normalise(template.replace("{name}", name)) for template in templates]
