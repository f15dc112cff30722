"""What a command sees to before it opens a card or writes a history: that no other guide does.

| command                   | the room and its card    | the history              | the events file |
|---------------------------|--------------------------|--------------------------|-----------------|
| `run`, `listen` on a card | alone                    | alone                    | alone           |
| `run`, `listen` on files  |                          | alone where one is named | alone           |
| `rehearse` on a card      | alone                    |                          | alone           |
| `doctor` on a card        | alone while it tries it  |                          |                 |
| `listen --last-words`     | alone, or says nothing   |                          |                 |

The others open no card: `hear`, `demo`, `preview`, `render` and `replay` work on files and folders of their own.
`history`, its `export` and the page read. `history forget` leaves a session that runs as it is.
"""

from __future__ import annotations

from contextlib import ExitStack, closing
from pathlib import Path

from voiceguide.audio import priority
from voiceguide.history.journal import Journal
from voiceguide.locks import hold_events, hold_history, hold_room


def be_alone(
    stack: ExitStack, *, on_card: bool = False, other_card: bool = False, history: Path | None = None
) -> None:
    """Hold what only one guide may use, until the stack is left. On a card the guide also asks to be run first.

    Args:
        stack: lets go of it.
        on_card: it speaks and listens in a room.
        other_card: on a card of its own, out of earshot of another guide.
        history: the file it keeps its sessions in; None for none.

    Raises:
        InUseError: another guide uses one of them.
    """
    if on_card:
        for lock in hold_room(other_card=other_card):
            stack.enter_context(lock)
        priority.first(priority.GUIDE)  # before there is a thread or a process that should inherit it
    if history is not None:
        stack.enter_context(hold_history(history))


def journal_alone(stack: ExitStack, events: Path | None, *, live: bool) -> Journal:
    """Return the journal of a guide, closed when the stack is left; its file is made here, and this guide's alone.

    Raises:
        ChoiceError: the file cannot be written.
        InUseError: another guide writes it.
    """
    stack.enter_context(hold_events(events))
    return stack.enter_context(closing(Journal(events, live=live)))
