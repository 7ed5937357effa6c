"""The database engine of the settings: Django's for PostgreSQL, with connections looked at."""
