"""Django's engine for PostgreSQL, whose pool gives out no connection that the server has closed.

Django's own check (`CONN_HEALTH_CHECKS`) asks the server before each request; a redemption would
wait a sixth of its turns for that.
"""

import select
from typing import Any

from django.db.backends.postgresql import base
from psycopg import Connection, OperationalError
from psycopg.pq import ConnStatus


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection of the pool for each request; where there is no pool, a new one."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        while self.pool and is_hung_up(connection):
            connection.close()
            self.pool.putconn(connection)  # which makes a new one in its place
            connection = super().get_new_connection(conn_params)
        return connection


def is_hung_up(connection: "Connection[Any]") -> bool:
    """Whether the server has ended a connection on which nothing was asked.

    Its last word, or the end itself, then waits to be read. Costs no turn to the server, which a
    network that fails silently would leave without an answer in any case.
    """
    socket = select.poll()
    socket.register(connection.fileno(), select.POLLIN)
    try:
        while socket.poll(0):  # a farewell, perhaps, and then the end
            connection.pgconn.consume_input()
    except OperationalError:
        return True
    return connection.pgconn.status != ConnStatus.OK
