"""What goes along with the guide while `voiceguide listen` runs: a page, a light, a home's bus, the log."""
