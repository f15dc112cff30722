"""Fitting of how sure the guide is. Not part of the wheel; see `training/README.md`."""
