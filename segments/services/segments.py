"""Making and changing segments."""

from typing import Any, Final

from django.db import connection, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext_lazy as _

from config.shared import audit, clock
from config.shared.actors import Actor
from config.shared.errors import BadInput, Refused
from config.shared.usages import usages_of
from segments.models import Segment
from segments.rules.parser import parse
from segments.services import keeping
from segments.services.keeping import SegmentGone
from segments.uses import SEGMENT, named

_NESTING: Final = 0x5E65  # advisory lock: one at a time saves rules that name segments


def save_segment(
    *,
    name: str,
    rules: Any,
    actor: Actor,
    description: str = "",
    segment: Segment | None = None,
) -> Segment:
    """Make a segment or change one; raises RuleError or BadInput with nothing changed.

    Rules that name segments are saved one after the other, or two of them could make a circle.
    """
    parse(rules, of=segment)
    name = name.strip()
    if not 1 <= len(name) <= 120:
        raise BadInput(_("A segment's name has 1 to 120 characters."))
    now = clock.now()
    with transaction.atomic():
        if any(named(rules, SEGMENT)):
            _take_turn()
            parse(rules, of=segment)
        if segment is None:
            kept = Segment(created_at=now)
            changed = ["name", "description", "rules"]
        else:
            # As references lock it, so that a build of its membership is not in the way.
            kept = _locked(segment, no_key=True)
            told = {"name": name, "description": description, "rules": rules}
            changed = [field for field, value in told.items() if getattr(kept, field) != value]
        taken = Segment.objects.filter(name=name).exclude(pk=kept.pk)
        if taken.exists():
            raise BadInput(
                _("There is another segment of this name."), details=_("Choose another.")
            )
        kept.name, kept.description, kept.rules, kept.updated_at = name, description, rules, now
        kept.save()
        if changed:
            action = "segment.changed" if segment else "segment.created"
            audit.record(actor=actor, action=action, of=kept, fields=changed)
        if "rules" in changed:
            keeping.look_at(kept)
    return kept


def delete_segment(*, segment: Segment, actor: Actor) -> None:
    """Remove a segment; raises Refused while something still uses it."""
    with transaction.atomic():
        keeping.end_for_deletion(segment)
        kept = _locked(segment)
        if usages_of(kept):
            raise Refused(
                _("“%(name)s” is still in use.") % {"name": kept.name},
                details=_("Choose another audience there first."),
            )
        audit.record(actor=actor, action="segment.deleted", of=kept)
        try:
            kept.delete()
        except ProtectedError as error:
            raise Refused(
                _("“%(name)s” is still in use.") % {"name": kept.name},
                details=_("Choose another audience there first."),
            ) from error


def _take_turn() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_NESTING])


def _locked(segment: Segment, *, no_key: bool = False) -> Segment:
    """Raises SegmentGone."""
    kept = Segment.objects.select_for_update(no_key=no_key).filter(pk=segment.pk).first()
    if kept is None:
        raise SegmentGone
    return kept
