"""The screens on which files are imported: one page per run, one address per step."""
