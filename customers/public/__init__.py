"""Pages that customers reach by a signed link, without a login."""
