"""voiceguide: an offline voice guide for release routines that listens for pain."""

__version__ = "0.1.0"
