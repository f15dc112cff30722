"""Models that recognisers need: where they are, how they are downloaded and unpacked."""
