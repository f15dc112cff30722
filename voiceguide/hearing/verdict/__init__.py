"""From what the recognisers claim to what counts as heard; the way in is `decision.Decision`."""
