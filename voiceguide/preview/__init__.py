"""What a routine is like as a session, before anybody lies down: every second, its words and its breaths.

`account.py` looks on while a session runs without a person (`rendition.py`) and sums up; nothing is computed a
second time. `told.py` says it on a terminal, `picture.py` draws it, `cue_sheet.py` gives a sound file chapters.
"""
