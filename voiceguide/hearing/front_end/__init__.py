"""Taking the guide's own voice out of what the microphone hears; the way in is `front_end.FrontEnd`."""
