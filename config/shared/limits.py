"""How often a key may be used: by all its callers, by one customer, from one address; and how often
codes may be guessed with it.

Counters stand in Redis, one for each window of a clock minute (or ten), so a limit holds exactly
within a window; around its end up to twice as many may pass in a minute. With Redis away nothing
is limited: redemptions are not to stop for it.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from redis.exceptions import NoScriptError

from config.shared import addresses, broker
from config.shared.models import ApiKey, KeyKind

MINUTE: Final = 60  # seconds
GUESSING: Final = 600  # seconds in which wrong codes are counted

# The limits of a key that has none of its own; 0 is none. A shop's server speaks for all customers
# from one address, so there only wrong codes of a customer are counted.
_SERVER = {
    "requests_per_minute": 60_000,
    "requests_per_customer": 0,
    "requests_per_address": 0,
    "wrong_codes": 2_000,
    "wrong_codes_per_caller": 30,
}
USUAL: Final[dict[str, dict[str, int]]] = {
    KeyKind.SECRET: _SERVER,
    KeyKind.RESTRICTED: _SERVER,
    KeyKind.PUBLISHABLE: {
        "requests_per_minute": 6_000,
        "requests_per_customer": 60,
        "requests_per_address": 120,
        "wrong_codes": 500,
        "wrong_codes_per_caller": 10,
    },
    KeyKind.MANAGEMENT: {
        "requests_per_minute": 120,
        "requests_per_customer": 0,
        "requests_per_address": 0,
        "wrong_codes": 0,
        "wrong_codes_per_caller": 0,
    },
}
LIMITS: Final = tuple(_SERVER)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who uses the key: the address, and what the request calls the customer (empty: nobody)."""

    address: str
    customer: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """The limit that is nearest: how many, how many are left, when it begins anew (Unix time)."""

    limit: int
    remaining: int
    reset: int
    exceeded: bool = False

    def seconds_left(self, at: datetime) -> int:
        """Whole seconds after which asking again makes sense, at least one."""
        return max(1, self.reset - int(at.timestamp()))


@dataclass(frozen=True, slots=True)
class _Bucket:
    """A counter of one window; `counted` are those that this request adds to at once."""

    name: str
    limit: int
    reset: int
    counted: bool


def limit_of(key: ApiKey, name: str) -> int:
    """The limit in force, own or usual; 0 is none."""
    own: int | None = getattr(key, name)
    return USUAL[key.kind][name] if own is None else own


def count_request(*, key: ApiKey, caller: Caller, guesses: bool, at: datetime) -> Standing:
    """Count a request and say how the key stands; with `guesses` wrong codes up to now matter too.

    One round trip to Redis. Requests that are refused count as well.
    """
    asked = _buckets(key, caller, at)
    if guesses:
        asked += _guess_buckets(key, caller, at)
    if not asked:
        return _unlimited(at)
    counts = broker.ask(lambda client: _counted(client, asked), purpose="limits")
    if counts is None:
        nearest = asked[0]
        return Standing(nearest.limit, nearest.limit, nearest.reset)
    return min(
        (_standing(bucket, count) for bucket, count in zip(asked, counts, strict=True)),
        key=lambda standing: (not standing.exceeded, standing.remaining),
    )


def count_wrong_codes(*, key: ApiKey, caller: Caller, wrong: int, at: datetime) -> None:
    """Remember that a request named `wrong` codes that do not work for this caller."""
    asked = _guess_buckets(key, caller, at)
    if wrong and asked:
        broker.ask(lambda client: _added(client, asked, wrong), purpose="limits")


def _buckets(key: ApiKey, caller: Caller, at: datetime) -> list[_Bucket]:
    return _of_window(
        key,
        at,
        MINUTE,
        [
            ("requests_per_minute", "key", "-"),
            ("requests_per_customer", "customer", caller.customer),
            ("requests_per_address", "address", _place(key, caller)),
        ],
        counted=True,
    )


def _guess_buckets(key: ApiKey, caller: Caller, at: datetime) -> list[_Bucket]:
    return _of_window(
        key,
        at,
        GUESSING,
        [
            ("wrong_codes", "wrong", "-"),
            ("wrong_codes_per_caller", "wrong-customer", caller.customer),
            ("wrong_codes_per_caller", "wrong-address", _place(key, caller)),
        ],
        counted=False,
    )


def _place(key: ApiKey, caller: Caller) -> str:
    """The address of a browser; a server's says nothing about who guesses."""
    return addresses.bucket_of(caller.address) if key.kind == KeyKind.PUBLISHABLE else ""


def _of_window(
    key: ApiKey,
    at: datetime,
    seconds: int,
    wanted: Sequence[tuple[str, str, str]],
    *,
    counted: bool,
) -> list[_Bucket]:
    window = int(at.timestamp()) // seconds
    return [
        _Bucket(
            # Of people only a hash, which says nothing outside of this window.
            broker.name("limit", key.app_id, what, str(window), _hashed(whose, window)),
            limit,
            (window + 1) * seconds,
            counted,
        )
        for field, what, whose in wanted
        if whose and (limit := limit_of(key, field))
    ]


def _hashed(text: str, window: int) -> str:
    return hashlib.sha256(f"{window}:{text}".encode(errors="replace")).hexdigest()[:24]


# A counter that begins gets its end; those of wrong codes (0 seconds) are only read.
_COUNT = """
local counts = {}
for place, name in ipairs(KEYS) do
  if ARGV[place] == '0' then
    counts[place] = tonumber(redis.call('GET', name) or 0)
  else
    counts[place] = redis.call('INCR', name)
    if counts[place] == 1 then redis.call('EXPIRE', name, ARGV[place]) end
  end
end
return counts
"""


_SHA: Final = hashlib.sha1(_COUNT.encode()).hexdigest()  # noqa: S324 -- what Redis calls it


def _counted(client: Any, asked: Sequence[_Bucket]) -> list[int]:
    """The counters, those of requests with this one in them."""
    lasting = [2 * MINUTE if bucket.counted else 0 for bucket in asked]
    asking = (len(asked), *[bucket.name for bucket in asked], *lasting)
    try:
        counts: list[int] = client.evalsha(_SHA, *asking)
    except NoScriptError:
        counts = client.eval(_COUNT, *asking)
    return counts


def _added(client: Any, asked: Sequence[_Bucket], wrong: int) -> bool:
    pipeline = client.pipeline(transaction=False)
    for bucket in asked:
        pipeline.incrby(bucket.name, wrong)
        pipeline.expire(bucket.name, 2 * GUESSING)
    pipeline.execute()
    return True


def _standing(bucket: _Bucket, count: int) -> Standing:
    # A request that is counted at once may be the last one; wrong codes were counted before it.
    exceeded = count > bucket.limit if bucket.counted else count >= bucket.limit
    return Standing(bucket.limit, max(0, bucket.limit - count), bucket.reset, exceeded)


def _unlimited(at: datetime) -> Standing:
    """What is told of a key without limits: the largest number that clients read everywhere."""
    most = 2**31 - 1
    return Standing(most, most, (int(at.timestamp()) // MINUTE + 1) * MINUTE)
