"""Moonshine, a neural recogniser of English: scores of phrases, and a free transcript of each utterance."""
