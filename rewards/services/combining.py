"""How the offers of a brand combine on one order."""

from dataclasses import fields
from datetime import datetime

from django.db import transaction

from config.shared import audit
from config.shared.actors import Actor
from config.shared.models import Brand
from rewards.errors import StackingRulesChanged
from rewards.models import StackingRules
from rewards.stacking_rules import StackingRules as Rules


def save_stacking_rules(
    *, brand: Brand, rules: Rules, seen: datetime | None, actor: Actor, at: datetime
) -> StackingRules:
    """Let codes of this brand combine so from the next request on; what is redeemed stays.

    `seen` is when the rules that were shown had changed last, None where the defaults were.
    Locks the stored row. Raises StackingRulesChanged, with nothing written, where somebody else
    changed them since.
    """
    with transaction.atomic():
        stored, made = StackingRules.objects.select_for_update().get_or_create(
            brand=brand, defaults={"rules": Rules().as_stored(), "updated_at": at}
        )
        if (None if made else stored.updated_at) != seen:
            raise StackingRulesChanged
        before = Rules.read(stored.rules)
        changed = [
            one.name
            for one in fields(Rules)
            if getattr(before, one.name) != getattr(rules, one.name)
        ]
        if changed:
            stored.rules, stored.updated_at = rules.as_stored(), at
            stored.save(update_fields=["rules", "updated_at"])
            audit.record(actor=actor, action="stacking_rules.changed", of=stored, fields=changed)
    return stored
