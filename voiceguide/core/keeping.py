"""Whether a report of pain is safe on the disk: the guidance does not go on before (S6).

The disk may be slow, or never answer. So nothing waits for it but what follows the way out of the position, and
that only for a while.
"""

from __future__ import annotations

from voiceguide.core.clock import samples

KEPT_WITHIN = samples(3.0)
"""So long after the way out was said a report may take to reach the disk; then the guide says that it cannot write
down what happens, and goes on. Our choice: a slow card takes a second, and nobody who hurts should lie in
silence."""


class Keeping:
    """Follows the reports of one session to the disk.

    Args:
        awaited: somebody keeps the reports, and tells of each when it is safe.
    """

    def __init__(self, *, awaited: bool) -> None:
        self._awaited = awaited
        self._newest: int | None = None  # the report that is not safe yet
        self._lost = False

    @property
    def unsafe(self) -> bool:
        """True while the newest report is not on the disk, and may still get there."""
        return self._newest is not None

    def reported(self, report: int) -> None:
        """Take a new report. Where the last one could not be kept, nobody waits for this one."""
        self._newest = report if self._awaited and not self._lost else None

    def kept(self, report: int) -> None:
        """Take that a report, and all before it, are on the disk."""
        self._lost = False
        if self._newest is not None and report >= self._newest:
            self._newest = None

    def lost(self) -> None:
        """Take that what happens cannot be written down, and wait no longer."""
        self._lost = True
        self._newest = None
