"""Everything a guide needs that waits to be asked for one of several routines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from voiceguide.app import Choices, Prepared, Progress, prepare
from voiceguide.core.plan import Routine
from voiceguide.core.script import everything_said
from voiceguide.core.standby import Offer, everything_said_in_standby
from voiceguide.errors import RoutineError
from voiceguide.language.naming import NamedRoutines
from voiceguide.rehearsing import everything_said as everything_rehearsed
from voiceguide.routine.load import as_plan, find_routine, read_routine_file


@dataclass(frozen=True)
class Ready:
    """What is loaded once and then used for months.

    Attributes:
        prepared: voice, recogniser and the first routine; its owner closes it.
        routines: what can be asked for, by id, the one that a bare "start" means first.
        named: how each is asked for by name.
        offers: the same for standby.
        rehearses: a rehearsal may be offered, so what it says is made ready, too.
    """

    prepared: Prepared
    routines: Mapping[str, Routine]
    named: NamedRoutines
    offers: Sequence[Offer]
    rehearses: bool = False

    def render(self, progress: Progress | None = None) -> None:
        """Render everything that may be said, in standby and in a session of any of the routines.

        Raises:
            VoiceError: the voice failed.
        """
        self.prepared.speech.prepare(self.everything_said(), progress)

    def everything_said(self) -> list[str]:
        """Return every text that may be said, in standby and in a session of any of the routines."""
        pack = self.named.pack
        texts = [*everything_said_in_standby(pack.standby.lines, pack.phrases, self.offers)]
        for routine in self.routines.values():
            texts += everything_said(routine, pack.phrases)
        return [*texts, *everything_rehearsed(pack)] if self.rehearses else texts


def make_ready(
    names: Sequence[str],
    voice: str | None,
    engine: str | None,
    *,
    usual_voice: str | None = None,
    apart: bool,
) -> Ready:
    """Load what is needed to guide these routines; nothing is rendered yet.

    Args:
        names: names or paths of routines, at least one; "start" means the first.
        voice: name of a voice; None for the one that was chosen on the page, else the usual one.
        engine: name of a recogniser; None for the best one installed.
        usual_voice: name of the voice of the settings; None for the best one installed.
        apart: the recogniser runs in a process of its own.

    Raises:
        VoiceguideError: something is missing or broken; the message says what to do.
    """
    files = {name: read_routine_file(find_routine(name)) for name in names}
    first = files[names[0]]
    for name, file in files.items():
        if file.language != first.language:
            raise RoutineError(
                f'"{name}" is in the language "{file.language}" and "{names[0]}", which comes first, in '
                f'"{first.language}". A guide that listens hears one language: name routines of one, under '
                "`routines` in the settings or after `voiceguide listen`."
            )
    if len({file.id for file in files.values()}) < len(files):
        raise RoutineError(f"Two routines have the same id: {', '.join(names)}. Give one of them another.")
    prepared = prepare(Choices(names[0], voice, engine, usual_voice, as_kept=True), apart=apart)
    named = NamedRoutines(prepared.language, {file.id: file.called for file in files.values()})
    offers = [Offer(file.id, file.title, next(iter(file.called), None)) for file in files.values()]
    return Ready(prepared, {file.id: as_plan(file) for file in files.values()}, named, offers)
