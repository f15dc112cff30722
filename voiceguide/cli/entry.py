"""Where the `voiceguide` program begins: nothing is imported before Ctrl-C is looked after."""

from __future__ import annotations

import sys

INTERRUPTED = 130
"""Exit code of a program that was ended by Ctrl-C, as shells expect it: 128 and the signal's number."""


def begin() -> None:
    """Load the command line and run it; Ctrl-C while it loads, seconds on a slow card, ends it without a word."""
    try:
        from voiceguide.cli.main import main  # noqa: PLC0415 - loading is what may be interrupted
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    main()
