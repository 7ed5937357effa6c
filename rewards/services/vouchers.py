"""Making codes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from config.shared import audit, localtime
from config.shared.actors import Actor
from config.shared.errors import BadInput
from customers.models import Identity
from rewards.code_files import REASONS
from rewards.codes import code_key, generate, problem_of
from rewards.errors import CodesExhausted, CodeTaken
from rewards.models import Promotion, Voucher
from rewards.models.voucher import Cause
from rewards.telling import ISSUED, tell_of_codes

BATCH = 2_000  # vouchers in one INSERT
ROUNDS = 10  # each replaces the codes that existed already
SHORTEST_GENERIC_CODE = 3
LONGEST_CODE = 60


@dataclass(frozen=True, slots=True)
class Grant:
    """Who shall have a code, and why: the cause together with the holder makes it unique.

    `issued_kind` names the kind of cause (for instance `campaign`), `issued_id` its row and
    `issued_key` the occurrence, for instance `2026-05-01`. `zone` is where the holder's days end.
    """

    holder_id: int
    zone: str
    issued_kind: str
    issued_id: int
    issued_key: str

    @property
    def cause(self) -> Cause:
        return (self.issued_kind, self.issued_id, self.holder_id, self.issued_key)


def issue_personal_code(
    *,
    promotion: Promotion,
    holder: Identity,
    issued_kind: str,
    issued_id: int,
    issued_key: str,
    at: datetime,
    zone: str,
) -> Voucher:
    """The code of this holder for this cause: made now, or the one that was made before.

    `zone` is where the holder lives. See `issue_personal_codes`.
    """
    grant = Grant(holder.pk, zone, issued_kind, issued_id, issued_key)
    return issue_personal_codes(promotion=promotion, grants=[grant], at=at)[0]


def issue_personal_codes(
    *, promotion: Promotion, grants: Iterable[Grant], at: datetime
) -> list[Voucher]:
    """One code for each grant, in the order of the grants; those that exist stay as they are.

    When a code ends is said by `expiry`, with the holder's zone. Safe to call twice at once and
    again after a crash. Writes three statements for every 2,000 grants, and no audit rows: a
    voucher itself says what caused it. Raises CodesExhausted, with nothing made, when the pattern
    yields hardly any free codes.
    """
    vouchers: list[Voucher] = []
    expiries: dict[str, datetime | None] = {}
    remaining = iter(grants)
    with transaction.atomic():
        while batch := list(islice(remaining, BATCH)):
            for grant in batch:
                if grant.zone not in expiries:
                    expiries[grant.zone] = expiry(promotion=promotion, at=at, zone=grant.zone)
            vouchers += _issue_batch(promotion, batch, expiries, at)
    return vouchers


def _issue_batch(
    promotion: Promotion,
    batch: Sequence[Grant],
    expiries: dict[str, datetime | None],
    at: datetime,
) -> list[Voucher]:
    found: dict[Cause, Voucher] = {}
    missing: dict[Cause, Grant] = {grant.cause: grant for grant in batch}
    for _round in range(ROUNDS):
        codes = generate(promotion.pattern, len(missing))
        # A conflict is either a code that exists already or a grant that was served already,
        # perhaps by somebody else just now; reading afterwards tells which.
        Voucher.objects.bulk_create(
            (
                _personal(promotion, grant, code, expiries[grant.zone], at)
                for grant, code in zip(missing.values(), codes, strict=True)
            ),
            ignore_conflicts=True,
        )
        found |= {voucher.cause: voucher for voucher in Voucher.objects.issued_for(missing)}
        made = set(codes)
        tell_of_codes(
            kind=ISSUED,
            voucher_ids=[found[c].pk for c in missing if c in found and found[c].code in made],
            at=at,
        )
        missing = {cause: grant for cause, grant in missing.items() if cause not in found}
        if not missing:
            return [found[grant.cause] for grant in batch]
    raise CodesExhausted


def _personal(
    promotion: Promotion, grant: Grant, code: str, expires_at: datetime | None, at: datetime
) -> Voucher:
    return Voucher(
        promotion=promotion,
        code=code,
        code_key=code_key(code),
        holder_id=grant.holder_id,
        redemption_limit=promotion.uses_per_code,
        expires_at=expires_at,
        issued_kind=grant.issued_kind,
        issued_id=grant.issued_id,
        issued_key=grant.issued_key,
        created_at=at,
        test=promotion.test,
    )


def expiry(*, promotion: Promotion, at: datetime, zone: str) -> datetime | None:
    """The first instant at which a code issued `at` no longer works, or None.

    With a lifetime in days that is the end of the local day so many days after the day of issue
    (0: the same day), with one in hours exactly so many hours after the second of issue; or the
    promotion's own expiry where that is earlier.
    """
    if promotion.code_lifetime_hours is not None:
        ends = at.replace(microsecond=0) + timedelta(hours=promotion.code_lifetime_hours)
    elif promotion.code_lifetime_days is not None:
        lifetime = timedelta(days=promotion.code_lifetime_days)
        ends = localtime.end_of_day(localtime.to_local(at, zone).date() + lifetime, zone)
    else:
        return promotion.expires_at
    return min(ends, promotion.expires_at) if promotion.expires_at else ends


def create_generic_code(
    *,
    promotion: Promotion,
    code: str,
    redemption_limit: int | None,
    actor: Actor,
    at: datetime,
    expires_at: datetime | None = None,
) -> Voucher:
    """A public code for whoever knows it, usable `redemption_limit` times (None: without limit).

    `expires_at` is exclusive; the promotion's expiry counts where it is earlier. Raises BadInput
    for a code that cannot be typed, or for an offer that only holders may use, and CodeTaken.
    """
    code = code.strip()
    _check_generic(promotion, code, redemption_limit)
    ends = [moment for moment in (expires_at, promotion.expires_at) if moment is not None]
    try:
        with transaction.atomic():
            voucher = Voucher.objects.create(
                promotion=promotion,
                code=code,
                code_key=code_key(code),
                redemption_limit=redemption_limit,
                expires_at=min(ends, default=None),
                created_at=at,
                test=promotion.test,
            )
            audit.record(
                actor=actor,
                action="voucher.created",
                of=voucher,
                fields=["code", "redemption_limit", "expires_at"],
            )
    except IntegrityError as error:
        if Voucher.objects.filter(code_key=code_key(code)).exists():
            raise CodeTaken from error
        raise
    return voucher


def _check_generic(promotion: Promotion, code: str, redemption_limit: int | None) -> None:
    if promotion.holder_only:
        raise BadInput(
            _("Only holders may use the codes of this offer, and a public code has none."),
            details=_("Switch off “only the holder may use the code” first."),
        )
    check_code(code, redemption_limit)


def check_code(code: str, redemption_limit: int | None) -> None:
    """Raise BadInput for a code that somebody thought of and nobody could type or a spreadsheet
    would spoil (as in files, see `problem_of`), and for a limit of nothing.
    """
    if not SHORTEST_GENERIC_CODE <= len(code) <= LONGEST_CODE or not code.isprintable():
        raise BadInput(
            _("A code has %(shortest)d to %(longest)d visible characters.")
            % {"shortest": SHORTEST_GENERIC_CODE, "longest": LONGEST_CODE}
        )
    if any(char.isspace() for char in code) or len(code_key(code)) > LONGEST_CODE:
        raise BadInput(_("A code contains no blanks."))
    if problem := problem_of(code):
        why, remedy = REASONS[problem]
        raise BadInput(_("This cannot be a code: %(why)s.") % {"why": why}, details=remedy)
    if redemption_limit is not None and redemption_limit < 1:
        raise BadInput(_("The limit must be at least 1; leave it empty for no limit."))
