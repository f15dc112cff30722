"""What a program and the process of its recogniser tell each other, over one Unix socket.

The socket keeps messages whole (SOCK_SEQPACKET). The program asks, the process answers each question once and in
order; what it logs meanwhile comes before the answer. Each side learns from the end of the stream that the other
is gone or has had enough.

    program to process   b"a" and a frame of samples           answered with hypotheses
                         b"e" and phrases                      null
                         b"r"                                  null
                         b"u" and phrases                      those with unknown words
                         b"s" and true or false                null
    process to program   b"+" and the answer; the first one, unasked, is what the engine is
                         like: name, steady, decides_within
                         b"-" and what went wrong: the class of the error and its message
                         b"l" and what was logged: logger, level, message

Samples are 16-bit, everything else is JSON. A frame and its answer cost 30 microseconds.
"""

from __future__ import annotations

from voiceguide.core.clock import samples

ACCEPT = b"a"
EXPECT = b"e"
RESTART = b"r"
UNKNOWN = b"u"
SPARE = b"s"

DONE = b"+"
FAILED = b"-"
LOGGED = b"l"

LONGEST = 200_000
"""Bytes, more than any message has; Linux sends no more than 212,960 at once."""

PORTION = samples(5.0)
"""Samples sent at once."""
