"""Whether this machine is fit for a session: one check after the other, each with a remedy.

`check.py` says what a check is, `sound.py` and `words.py` what is measured through the audio port, and the other
files hold one group of checks each. `examination.py` goes through all of them.
"""
