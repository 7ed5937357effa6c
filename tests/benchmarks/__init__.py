"""Speed, as a ratio to hand-written code for the same work in the same run: `make bench`."""
