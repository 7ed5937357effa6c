"""The demo shop into the database: the slice through the importer, then the invented people."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from config.shared import audit, facts, localtime
from config.shared.actors import SYSTEM
from config.shared.errors import Refused
from config.shared.models import Brand, Project
from customers.importing import online_retail
from customers.importing.source import inspect
from customers.models import (
    Channel,
    ConsentEvent,
    ConsentText,
    Customer,
    Identity,
    ImportRun,
)
from customers.models.import_run import ImportState
from customers.residence import residence
from customers.services import interests, purchases
from customers.services.consent import record_consents
from customers.services.importing import Progress, import_orders

from .details import uses_of
from .profiles import Consent, Known, Profile, invent
from .slicing import SLICE
from .telling import tell, tidy_trade

LAST_LINE: Final = datetime(2011, 12, 9, 12, 50)  # noqa: DTZ001  (on the clocks of London)
"""The last line of the slice, a Friday; whole weeks later it is a Friday again."""
CONSENT_SOURCE: Final = "demo shop"


class NotEmpty(Refused):
    """There are customers who do not belong to the demo."""

    key = "database_not_empty"
    message = _("This database holds other customers; the demo needs one of its own.")


def load(*, at: datetime, progress: Progress) -> None:
    """Load what is missing. May be killed at any moment and called again.

    Orders keep the weeks by which the first call shifted them. Raises NotEmpty.
    """
    run = ImportRun.objects.filter(kind=online_retail.NAME, sha256=inspect(SLICE).sha256).first()
    if run is None:
        if Customer.objects.exists():
            raise NotEmpty(details=_("Set VESILE_DATA_DIR (or DATABASE_URL) to an empty one."))
        _settle_project(at)
    if run is None or run.state != ImportState.FINISHED:
        import_orders(
            path=SLICE,
            file_format=online_retail.NAME,
            actor=SYSTEM,
            shift_weeks=run.options["shift_weeks"] if run else weeks_until(at),
            progress=progress,
        )
    if not ConsentEvent.objects.filter(source=CONSENT_SOURCE).exists():
        _people(at)


def weeks_until(at: datetime) -> int:
    """By how many whole weeks the slice moves so that its last line lies in the week up to `at`."""
    local = localtime.to_local(at, online_retail.ZONE).replace(tzinfo=None)
    return (local - LAST_LINE) // timedelta(weeks=1)


def _settle_project(at: datetime) -> None:
    with transaction.atomic():
        project = Project.objects.select_for_update().get()
        project.name, project.language = "Demo shop", "en"
        project.currency, project.country = online_retail.CURRENCY, "GB"
        project.zone = online_retail.ZONE
        project.save()
        brand = Brand.objects.get(is_default=True)
        brand.name = brand.sender_name = "Robin & Wren Gifts"
        brand.sender_email = "hello@shop.example.com"
        brand.website = "https://shop.example.com"
        brand.postal_address = "1 Example Street, London"
        brand.save()
        audit.record(actor=SYSTEM, action="demo.set_up", of=project)


def _people(at: datetime) -> None:
    """Profiles and consents of everybody, all or nothing."""
    with transaction.atomic():
        identities = {
            identity.external_id: identity
            for identity in Identity.objects.select_related("customer").all()
        }
        profiles = invent(
            Known(who, identity.customer.country, identity.customer.signed_up_at or at)
            for who, identity in identities.items()
        )
        _write_profiles(profiles, identities, at)
        # The shop has told us of everything when it happened, not today.
        with connection.cursor() as cursor:
            cursor.execute("UPDATE customers_order SET received_at = placed_at")
            cursor.execute("UPDATE customers_return SET received_at = returned_at")
        tidy_trade(at)
        purchases.refresh([identity.customer_id for identity in identities.values()])
        _write_consents(profiles, identities, at)
        tell(profiles, identities, at=at)
        interests.rebuild(at=at)
        facts.record_many(
            kind="customer.changed",
            subject_ids=[identity.customer_id for identity in identities.values()],
            at=at,
        )


_UPDATE = """
UPDATE customers_customer c SET
    first_name = n.first_name, last_name = n.last_name, email = n.email,
    birth_month = n.birth_month, birth_day = n.birth_day, birth_year = n.birth_year,
    language = n.language, country = n.country, city = n.city, zone = n.zone,
    zone_source = n.zone_source, zone_problem = n.zone_problem, signed_up_at = n.signed_up_at,
    created_at = n.signed_up_at, updated_at = %s, search = n.search
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::int[], %s::int[], %s::int[],
            %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
            %s::timestamptz[], %s::text[])
    AS n (id, first_name, last_name, email, birth_month, birth_day, birth_year, language, country,
          city, zone, zone_source, zone_problem, signed_up_at, search)
WHERE c.id = n.id
"""


def _write_profiles(
    profiles: Sequence[Profile], identities: dict[str, Identity], at: datetime
) -> None:
    default_zone = Project.objects.get().zone
    rows = []
    for profile in profiles:
        home = profile.residence
        lives = residence(
            given_zone=home.zone, country=home.country, region="", default_zone=default_zone
        )
        customer = Customer(
            pk=identities[profile.number].customer_id,
            first_name=profile.first_name,
            last_name=profile.last_name,
            email=profile.email,
            city=home.city,
        )
        rows.append(
            (
                customer.pk,
                profile.first_name,
                profile.last_name,
                profile.email,
                *profile.birth,
                home.language,
                home.country,
                home.city,
                lives.zone,
                str(lives.source),
                lives.problem,
                profile.signed_up_at,
                customer.search_text([profile.number]),
            )
        )
    with connection.cursor() as cursor:
        cursor.execute(_UPDATE, [at, *(list(column) for column in zip(*rows, strict=True))])


def _write_consents(
    profiles: Sequence[Profile], identities: dict[str, Identity], at: datetime
) -> None:
    published = min(profile.signed_up_at for profile in profiles) - timedelta(days=1)
    texts = {
        language: ConsentText.objects.create(
            channel=Channel.EMAIL,
            locale=language,
            body=body,
            sha256=hashlib.sha256(body.encode()).hexdigest(),
            published_at=published,
        )
        for language, body in _CONSENT_TEXTS.items()
    }
    mails = [
        _event(profile, identities, consent, at, channel=Channel.EMAIL, text=text)
        for profile in profiles
        for text in (texts.get(profile.residence.language, texts["en"]),)
        for consent in profile.consents
    ]
    uses = [
        _event(profile, identities, consent, at, data_category=use)
        for profile in profiles
        for use, consents in uses_of(profile).items()
        for consent in consents
    ]
    record_consents(mails + uses)


def _event(
    profile: Profile,
    identities: dict[str, Identity],
    consent: Consent,
    at: datetime,
    **subject: Any,
) -> ConsentEvent:
    said_at = profile.signed_up_at + consent.after
    return ConsentEvent(
        identity=identities[profile.number],
        action=consent.action,
        source=CONSENT_SOURCE,
        captured_at=min(said_at, at),
        received_at=min(said_at, at),
        actor_kind="customer",
        jurisdiction=profile.residence.country,
        valid_until=said_at + consent.lasts if consent.lasts else None,
        **subject,
    )


_CONSENT_TEXTS: Final = {
    "en": "Yes, Robin & Wren Gifts may send me offers by e-mail. I can withdraw this at any time.",
    "tr": "Evet, Robin & Wren Gifts bana e-posta ile teklif gönderebilir. Bu izni dilediğim zaman"
    " geri alabilirim.",
}
