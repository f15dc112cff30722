"""Why a recording was heard as it was, in words and as a picture."""
