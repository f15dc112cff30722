"""What people say and what the guide says, per language, as data."""
