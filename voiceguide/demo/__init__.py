"""A whole session without microphone or loudspeaker: a second voice plays the person on the floor."""
