"""Speech recognition engines, one file each, behind the `Recogniser` protocol."""
