"""YAML that a person writes by hand: routines, settings, languages. Every mistake at once, with line and remedy.

`source.py` reads the text and remembers where everything stands, `wording.py` says what does not fit a model.
"""
