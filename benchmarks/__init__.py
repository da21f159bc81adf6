"""How long each part takes, and how much memory: `make bench`."""
