"""The session itself: events in, actions out. Pure Python, no clock, no threads, no I/O."""
