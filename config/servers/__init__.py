"""A real PostgreSQL and a Redis-protocol server around any command, for development and tests.

Used as ``python -m config.servers run -- COMMAND``; see docs/servers.md. Django is never imported here.
"""
