"""Where speech begins and ends, and whether it is somebody other than the guide."""
