"""Speech synthesis engines, one file each, behind the `Voice` protocol."""
