"""Giving a customer a code because somebody asked for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from config.shared import localtime
from config.shared.errors import BadInput
from config.shared.models import ApiKey, Project
from customers.models import Identity
from customers.services.locking import lock_customers_of
from rewards.codes import code_key, generate
from rewards.errors import AlreadyPublished, CodesExhausted, NotGivable, PoolEmpty, ReferenceTaken
from rewards.models import Promotion, Publication, Voucher
from rewards.services.vouchers import ROUNDS, expiry
from rewards.telling import ISSUED, tell_of_codes

MOST: Final = 50  # codes in one request
LONGEST_REFERENCE: Final = 120


@dataclass(frozen=True, slots=True)
class Published:
    """What a request gave, in the order given. `repeated`: it was given by an earlier request."""

    publications: Sequence[Publication]
    repeated: bool = False

    @property
    def vouchers(self) -> list[Voucher]:
        return [publication.voucher for publication in self.publications]


@dataclass(frozen=True, slots=True)
class _Asked:
    promotion: Promotion
    voucher: Voucher | None
    identity: Identity
    source_id: str
    channel: str
    metadata: Mapping[str, Any]
    count: int
    join_once: bool
    api_key: ApiKey | None
    at: datetime

    @property
    def test(self) -> bool:
        """Whether a key in test mode asks: then nobody's code and no code of the pool is given."""
        return self.api_key is not None and self.api_key.test


def publish(
    *,
    identity: Identity,
    at: datetime,
    promotion: Promotion | None = None,
    voucher: Voucher | None = None,
    source_id: str = "",
    channel: str = "",
    metadata: Mapping[str, Any] | None = None,
    count: int = 1,
    join_once: bool = False,
    api_key: ApiKey | None = None,
) -> Published:
    """Give this customer `count` codes of an offer, or this one code.

    Codes come from the pool of the offer, the oldest first, and are made where it has no more
    (unless the offer gives only codes that exist). They belong to the customer from then on and
    live as long as the offer says, counted from now; a code with an expiry of its own never lives
    longer. A public code that is asked for by name stays public.

    A key in test mode gets codes that were made for tests, or are made for it now, where a live key
    would have got any; a live code that it names stays whose it is.

    The same `source_id` of a brand gives what it gave, and so does `join_once` where the customer
    got a code of the offer before. Locks the customer, then codes, in ascending order; two
    requests at once never get the same code. Raises BadInput for what cannot be asked, PoolEmpty,
    AlreadyPublished, NotGivable, ReferenceTaken, CodesExhausted; then nothing was given.
    """
    offer = promotion or (voucher.promotion if voucher else None)
    if offer is None:
        raise BadInput(_("Say which offer or which code shall be given."))
    _check(count, voucher, source_id, channel)
    asked = _Asked(
        *(offer, voucher, identity, source_id, channel, metadata or {}, count, join_once),
        *(api_key, at),
    )
    with transaction.atomic():
        customers = lock_customers_of([identity.pk])
        if source_id:
            _take_turns(offer.brand_id, source_id)
            if earlier := _of_reference(asked, customers):
                return Published(earlier, repeated=True)
        if (join_once or offer.join_once) and (earlier := _given_before(asked, customers)):
            return Published(earlier, repeated=True)
        _check_running(offer, at)
        given = [_named(voucher, asked, customers)] if voucher else _codes(asked)
        tell_of_codes(kind=ISSUED, voucher_ids=[one.pk for one in given], at=at)
        return Published(_write(asked, given))


def _check(count: int, voucher: Voucher | None, source_id: str, channel: str) -> None:
    if not 1 <= count <= MOST:
        raise BadInput(
            _("count: give 1 to %(most)d codes at once.") % {"most": MOST},
            key="too_many_vouchers_requested" if count > MOST else None,
        )
    if voucher is not None and count != 1:
        raise BadInput(_("A code that is asked for by name can be given only once."))
    if len(source_id) > LONGEST_REFERENCE:
        raise BadInput(
            _("source_id: use at most %(most)d characters.") % {"most": LONGEST_REFERENCE}
        )
    if len(channel) > 60:
        raise BadInput(_("channel: use at most 60 characters."))


def _take_turns(brand_id: int | None, source_id: str) -> None:
    """Wait for whoever uses this reference now, also for another customer."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, %s))", [source_id, brand_id]
        )


def _of_reference(asked: _Asked, customers: set[int]) -> list[Publication]:
    """What this reference gave. Raises ReferenceTaken where it was asked something else."""
    rows = Publication.objects.filter(
        brand=asked.promotion.brand_id, source_id=asked.source_id, test=asked.test
    )
    found = list(_with_codes(rows).order_by("id"))
    wanted = (asked.promotion.pk, asked.count)
    if found and (
        (found[0].promotion_id, len(found)) != wanted
        or found[0].identity.customer_id not in customers
        or (asked.voucher is not None and found[0].voucher_id != asked.voucher.pk)
    ):
        raise ReferenceTaken
    return found


def _given_before(asked: _Asked, customers: set[int]) -> list[Publication]:
    """The newest code of the offer that these customers were given."""
    rows = Publication.objects.filter(
        promotion=asked.promotion, identity__customer__in=customers, test=asked.test
    )
    return list(_with_codes(rows).order_by("-id")[:1])


def _with_codes(rows: Any) -> Any:
    return rows.select_related("voucher__promotion", "identity__customer")


def _check_running(promotion: Promotion, at: datetime) -> None:
    if not promotion.active:
        raise NotGivable(_("Its offer is switched off."))
    if promotion.expires_at is not None and promotion.expires_at <= at:
        raise NotGivable(_("Its offer has ended."))


def _named(voucher: Voucher, asked: _Asked, customers: set[int]) -> Voucher:
    """The code asked for by name, the customer's own from now on unless it is a public one."""
    locked = (
        Voucher.objects.select_for_update(of=("self",))
        .select_related("holder", "promotion")
        .get(pk=voucher.pk)
    )
    if locked.holder is not None and locked.holder.customer_id not in customers:
        raise AlreadyPublished(locked.public_id)
    if not Voucher.objects.usable(at=asked.at).filter(pk=locked.pk).exists() and (
        locked.starts_at is None or locked.starts_at <= asked.at
    ):
        raise NotGivable(_("It is switched off, used up or expired."))
    if locked.holder is None and locked.pooled and locked.test == asked.test:
        _hand_over([locked], asked)
    return locked


def _codes(asked: _Asked) -> list[Voucher]:
    found = _from_pool(asked)
    _hand_over(found, asked)
    missing = asked.count - len(found)
    return [*found, *_made(asked, missing)] if missing else found


def _from_pool(asked: _Asked) -> list[Voucher]:
    """Up to `count` codes of the pool, locked.

    Codes that somebody else is just taking are passed over. Where that is not enough and none may
    be made, they are waited for, in ascending order: the others may give them back.
    """
    pool = Voucher.objects.filter(promotion=asked.promotion).order_by("id")
    rows = pool.in_pool(at=asked.at, test=asked.test)[: asked.count]
    if asked.test and not asked.promotion.test:
        return _of_tests(asked, list(rows.select_for_update()))
    point = transaction.savepoint()
    found = list(rows.select_for_update(skip_locked=True))
    if len(found) == asked.count or not asked.promotion.only_from_pool:
        transaction.savepoint_commit(point)
        return found
    # Lets go of the codes locked out of order, so that two who wait cannot wait for each other.
    transaction.savepoint_rollback(point)
    found = list(rows.select_for_update())
    if len(found) < asked.count:
        raise PoolEmpty(wanted=asked.count, found=len(found))
    return found


def _of_tests(asked: _Asked, found: list[Voucher]) -> list[Voucher]:
    """Codes for tests of a live offer; raises PoolEmpty where a live key would have got none."""
    if asked.promotion.only_from_pool:
        live = Voucher.objects.in_pool(at=asked.at).filter(promotion=asked.promotion)
        free = live[: asked.count].count() + len(found)
        if free < asked.count:
            raise PoolEmpty(wanted=asked.count, found=free)
    return found


def _hand_over(vouchers: Sequence[Voucher], asked: _Asked) -> None:
    """Make the customer the holder of these locked codes, which begin to live now."""
    if not vouchers:
        return
    ends = _expiry(asked)
    for voucher in vouchers:
        voucher.holder = asked.identity
        own = voucher.expires_at
        voucher.expires_at = min(own, ends) if own and ends else own or ends
    Voucher.objects.bulk_update(vouchers, ["holder", "expires_at"])


def _expiry(asked: _Asked) -> datetime | None:
    zone = localtime.zone_or(asked.identity.customer.zone, Project.objects.get().zone)
    return expiry(promotion=asked.promotion, at=asked.at, zone=zone)


def _made(asked: _Asked, count: int) -> list[Voucher]:
    """New codes of this customer's own; those that exist already are replaced by others."""
    promotion, ends = asked.promotion, _expiry(asked)
    made: list[Voucher] = []
    for _round in range(ROUNDS):
        wanted = [
            Voucher(
                promotion=promotion,
                code=code,
                code_key=code_key(code),
                holder=asked.identity,
                redemption_limit=promotion.uses_per_code,
                expires_at=ends,
                issued_kind="publication",
                created_at=asked.at,
                test=asked.test,
            )
            for code in generate(promotion.pattern, count - len(made))
        ]
        Voucher.objects.bulk_create(wanted, ignore_conflicts=True)
        ids = [voucher.public_id for voucher in wanted]
        made += Voucher.objects.filter(public_id__in=ids).order_by("id")
        if len(made) == count:
            return made
    raise CodesExhausted


def _write(asked: _Asked, vouchers: Sequence[Voucher]) -> list[Publication]:
    rows = [
        Publication(
            brand_id=asked.promotion.brand_id,  # type: ignore[misc]  # an offer always has one
            promotion=asked.promotion,
            voucher=voucher,
            identity=asked.identity,
            api_key=asked.api_key,
            source_id=asked.source_id,
            channel=asked.channel,
            metadata=dict(asked.metadata),
            created_at=asked.at,
            test=asked.test,
        )
        for voucher in vouchers
    ]
    return Publication.objects.bulk_create(rows)
