"""Training of the second ear. Not part of the wheel; see `training/README.md`."""
