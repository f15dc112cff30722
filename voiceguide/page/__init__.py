"""The page for a phone: what the guide is doing, large enough to be read from the floor, and buttons to steer it.

The guide's side is `apart.py`, the process that serves is `page_process.py` with `server.py`, and `line.py` is
what they tell each other. Who may come in is decided in `door.py`, what is told is put together in `board.py`.
"""
