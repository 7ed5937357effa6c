"""The messages that ask people to confirm a consent (double opt-in)."""

from datetime import datetime
from typing import Final

from django.db import transaction

from customers.models import OptIn
from messaging.builtin import CONFIRM, template_of
from messaging.models import Delivery

SOURCE_KIND: Final = "opt_in"
BATCH: Final = 200


def ask_to_confirm(*, at: datetime) -> int:
    """Hand over one message for each pending consent that has none; returns how many.

    Any number of workers at once: each takes rows that no other holds. The delivery names the
    pending consent, so a second one for it is impossible; a link that ran out is not sent.
    """
    asked = 0
    while True:
        with transaction.atomic():
            rows = list(
                OptIn.objects.filter(sent_at=None, expires_at__gt=at)
                .select_for_update(skip_locked=True, no_key=True)
                .order_by("requested_at", "id")[:BATCH]
            )
            if not rows:
                return asked
            template = template_of(CONFIRM, at=at)
            Delivery.objects.bulk_create(
                (
                    Delivery(
                        identity_id=row.identity_id,
                        source_kind=SOURCE_KIND,
                        source_id=row.pk,
                        occurrence_key=row.public_id,
                        channel=row.channel,
                        template=template,
                        not_before=at,
                        created_at=at,
                    )
                    for row in rows
                ),
                ignore_conflicts=True,
            )
            OptIn.objects.filter(pk__in=[row.pk for row in rows]).update(sent_at=at)
            asked += len(rows)
