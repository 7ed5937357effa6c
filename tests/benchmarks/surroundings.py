"""What the figures were taken on."""

import os
import time

from django.db import connection

SETTINGS = ("server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers")


def describe() -> str:
    with connection.cursor() as cursor:
        shown = []
        for name in SETTINGS:
            cursor.execute(f"SHOW {name}")
            shown.append(f"{name}={cursor.fetchone()[0]}")
    return f"{os.cpu_count()} cores, flush {_flush_ms():.2f} ms, " + ", ".join(shown)


def _flush_ms() -> float:
    """Median time of a small committed transaction, which waits for the disk once."""
    times = []
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS bench_flush (n int)")
        for _ in range(21):
            started = time.perf_counter()
            cursor.execute("INSERT INTO bench_flush VALUES (1)")
            times.append(time.perf_counter() - started)
        cursor.execute("DROP TABLE bench_flush")
    return sorted(times)[10] * 1000


def settle(*tables: str) -> None:
    """Statistics fresh and nothing left to write before the clock runs."""
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"VACUUM (ANALYZE) {table}")
        cursor.execute("CHECKPOINT")
