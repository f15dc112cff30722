"""The second ear: a small classifier on a speech embedding, which listens beside the grammar engine."""
