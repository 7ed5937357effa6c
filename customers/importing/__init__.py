"""Reading other systems' files; the writing is in `customers.services.importing`."""
