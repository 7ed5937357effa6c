"""Time that a screen may spend on questions to the database."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled

_SHORTEST: Final = 20  # milliseconds; less is no attempt


class TookTooLong(Exception):
    """A statement was ended because the time for it was over."""


class Allowance:
    """So many seconds from its making on, for whatever is asked within `limited`."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds

    def left(self) -> int:
        """Milliseconds."""
        return int((self._until - time.monotonic()) * 1_000)

    @contextmanager
    def limited(self, *, keep: float = 0) -> Iterator[None]:
        """Statements inside end when the time is over, less the `keep` seconds wanted afterwards.

        Raises TookTooLong. One transaction, so that the limit goes with it.
        """
        allowed = self.left() - int(keep * 1_000)
        if allowed < _SHORTEST:
            raise TookTooLong
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT set_config('statement_timeout', %s, TRUE)", [str(allowed)])
                yield
                # A transaction around this one goes on without the limit.
                cursor.execute("SET LOCAL statement_timeout TO DEFAULT")
        except OperationalError as error:
            if isinstance(error.__cause__, QueryCanceled):
                raise TookTooLong from error
            raise
