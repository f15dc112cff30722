"""The page for a phone: what the guide is doing, large enough to be read from the floor, and buttons to steer it.

Begin with `server.py`; who may come in is decided in `door.py`, and what is told is put together in `board.py`.
"""
