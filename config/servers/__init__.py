"""A real PostgreSQL and a Redis-protocol server around any command, for development and tests.

Used as ``python -m config.servers run -- COMMAND``; see docs/servers.md. Only the standard library
is imported here, never Django.
"""
