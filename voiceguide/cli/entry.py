"""Where the `voiceguide` program begins: nothing is imported before Ctrl-C is looked after."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

from voiceguide.errors import INTERRUPTED

FOR_THIS_USER_ALONE = 0o077
"""What is taken away from every file and folder that is made: most of them tell what somebody reported."""


def begin() -> None:
    """Load the command line and run it; Ctrl-C while it loads, seconds on a slow card, ends it without a word."""
    _have_standard_streams()
    os.umask(FOR_THIS_USER_ALONE)
    heeds_ctrl_c = signal.getsignal(signal.SIGINT) != signal.SIG_IGN
    if heeds_ctrl_c:
        # Nothing is open yet. An exception could be lost in a library that is just being loaded.
        signal.signal(signal.SIGINT, _leave)
    from voiceguide.cli.main import main  # noqa: PLC0415 - loading is what may be interrupted

    if heeds_ctrl_c:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    main()


def _leave(_number: int, _frame: FrameType | None) -> None:
    os._exit(INTERRUPTED)


def _have_standard_streams() -> None:
    """Put nothing in place of standard streams that are closed: files would take their numbers, and their text."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            stream = open(os.devnull, mode, encoding="utf-8")  # noqa: PTH123, SIM115 - for good
            os.set_inheritable(stream.fileno(), True)
            setattr(sys, name, stream)
