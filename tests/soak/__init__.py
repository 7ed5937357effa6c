"""Long runs, see `make soak`: each has a version of one round in the suite."""
