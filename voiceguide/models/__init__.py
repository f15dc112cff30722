"""Models that recognisers need: which there are, where they are, and how one is installed."""
