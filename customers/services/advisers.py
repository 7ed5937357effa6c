"""Sales advisers: who looks after customers in the shop."""

from collections.abc import Iterable, Mapping

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from config.shared import audit, clock, facts
from config.shared.actors import Actor
from config.shared.errors import Conflict
from customers import values
from customers.models import Adviser


def advisers_by_source_id(source_ids: Iterable[str]) -> Mapping[str, int]:
    """The primary keys of these advisers; unknown ones are left out."""
    return dict(
        Adviser.objects.filter(source_id__in=set(source_ids)).values_list("source_id", "pk")
    )


def save_adviser(
    *,
    adviser: Adviser | None,
    source_id: str,
    name: str,
    email: str,
    phone: str,
    is_active: bool,
    country: str,
    actor: Actor,
) -> Adviser:
    """Make or change an adviser; `country` is where a phone without its country's code belongs.

    Whoever has left stays named with their customers. Another id is a fact of the outbox, because
    rules name advisers by it. Raises UnusableValue, and Conflict where another adviser has this id.
    """
    with transaction.atomic():
        current = Adviser.objects.select_for_update().get(pk=adviser.pk) if adviser else Adviser()
        told = {
            "source_id": values.external_id(source_id),
            "name": values.name(name),
            "email": values.email(email),
            "phone": values.phone(phone, country=country),
            "is_active": is_active,
        }
        if Adviser.objects.exclude(pk=current.pk).filter(source_id=told["source_id"]).exists():
            raise Conflict(
                _("Another adviser has this id."), details=_("Change that one, or use another id.")
            )
        changed = [name for name, value in told.items() if getattr(current, name) != value]
        if changed or current.pk is None:
            action = "adviser.changed" if current.pk else "adviser.created"
            renamed = current.pk is not None and "source_id" in changed
            for field, value in told.items():
                setattr(current, field, value)
            current.save()
            audit.record(actor=actor, action=action, of=current, fields=sorted(changed))
            if renamed:
                facts.record(kind="adviser.renamed", subject_id=current.pk, at=clock.now())
        return current
