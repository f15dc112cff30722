"""Text in, speaker samples out."""
