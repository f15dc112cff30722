"""A recogniser's process with an engine that fails in the way it is asked for, by the language's name."""

from __future__ import annotations

import ctypes
import json
import logging
import os
import signal
import sys
from collections.abc import Iterable, Sequence

from voiceguide.errors import LanguageError, RecogniserError
from voiceguide.hearing.recognisers import apart_process
from voiceguide.hearing.recognisers.apart import RecogniserApart
from voiceguide.hearing.recognisers.recogniser import Frame, Hypothesis


class FailingRecogniser:
    """Fails with the first frame."""

    name = "failing"
    listens_to_sound = True
    steady = 0
    decides_within = 0

    def __init__(self, how: str) -> None:
        self._how = how

    def expect(self, phrases: Sequence[str]) -> None:
        logging.getLogger("an.engine").warning("unknown: %s", phrases[0])
        logging.getLogger("an.engine").debug("not to be told")

    def accept(self, frame: Frame) -> Iterable[Hypothesis]:
        if self._how == "refuses":
            raise RecogniserError("out of order; please repair it")
        if self._how == "stumbles":
            return [Hypothesis(str(frame[len(frame)]), final=True, at=0, engine=self.name)]
        if self._how == "crashes":
            os.kill(os.getpid(), signal.SIGSEGV)
        if self._how in ("hangs", "hangs alone"):
            logging.getLogger("an.engine").warning("hangs from now on")
            ctypes.PyDLL(None).sleep(1000)  # and keeps the interpreter, as a C library does
        return [Hypothesis("", final=True, at=len(frame), engine=self.name)]

    def restart(self) -> None:
        """Nothing to forget."""

    def unknown_words(self, phrases: Iterable[str]) -> list[str]:
        return list(phrases)

    def close(self) -> None:
        """Nothing to free."""


def load(how: str, _preferred: str | None) -> FailingRecogniser:
    if how == "knows no such language":
        raise LanguageError("there is no such language")
    if how == "crashes at once":
        os.kill(os.getpid(), signal.SIGKILL)
    if how == "hangs alone":
        apart_process.HANGS_AFTER_S = 1  # the program would wait for longer
    return FailingRecogniser(how)


def die() -> None:
    """Be a program that is killed in the middle, after telling the number of its recogniser's process."""
    recogniser = RecogniserApart("works", process=(__file__,))
    print(json.dumps(recogniser.process_id), flush=True)  # noqa: T201 - the answer to the test
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    die() if sys.argv[1:] == ["die"] else apart_process.run(load)
