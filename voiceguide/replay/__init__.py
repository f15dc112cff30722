"""A session written down so that it can be gone through again, bit by bit."""
