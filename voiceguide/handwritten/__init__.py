"""YAML that a person writes by hand: routines, settings. Every mistake at once, each with its line and a remedy.

`source.py` reads the text and remembers where everything stands, `wording.py` says what does not fit a model.
"""
