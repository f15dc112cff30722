"""A person's own words: learned in a rehearsal, compared with what is heard, kept as numbers alone."""
