"""Whether the microphone, the card and the machine are fit for hearing."""
