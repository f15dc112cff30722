"""YAML routine files in, checked routines out."""
