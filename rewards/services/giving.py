"""Giving a customer a code because a colleague decided so, for instance to make good."""

from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from config.shared import audit
from config.shared.actors import Actor
from config.shared.errors import BadInput
from customers.models import Customer, Identity
from rewards.models import Promotion
from rewards.services.publications import Published, publish

CHANNEL: Final = "staff"
LONGEST_REASON: Final = 300  # characters


def give(
    *,
    customer: Customer,
    promotion: Promotion,
    reason: str,
    reference: str,
    actor: Actor,
    at: datetime,
) -> Published:
    """Give this customer one code of a running offer; `repeated` where it was given before.

    `reference` names one asking (a form that was opened): sent twice, also twice at once, it gives
    one code. The reason is kept with what was given and handed out with the customer's record.
    Takes the locks of `publish` and raises what it raises, and BadInput where there is no reason or
    the customer was merged or erased meanwhile; then nothing was given.
    """
    said = reason.strip()
    if not 1 <= len(said) <= LONGEST_REASON:
        raise BadInput(_("Say why, in at most %(most)d characters.") % {"most": LONGEST_REASON})
    with transaction.atomic():
        identity = Identity.objects.filter(customer=customer.pk).order_by("pk").first()
        if identity is None:
            raise BadInput(_("There is no such customer (any more)."))
        given = publish(
            identity=identity,
            promotion=promotion,
            source_id=reference,
            channel=CHANNEL,
            metadata={"reason": said},
            at=at,
        )
        if not given.repeated:
            for voucher in given.vouchers:
                audit.record(actor=actor, action="voucher.given", of=voucher)
        return given
