"""Setting what this shop calls a new, an active and a lapsed buyer."""

from typing import Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from config.shared import audit, dispatch
from config.shared.actors import Actor
from config.shared.errors import BadInput
from segments.lifecycle import UNITS, Limits, Span, limits
from segments.models import LifecycleLimits
from segments.rules.values import MAX_UNITS
from segments.services.keeping import REVIEW

_LONGEST: Final = {unit: MAX_UNITS[unit] for unit in UNITS}


def set_limits(*, told: Limits, actor: Actor) -> bool:
    """Have these limits hold from now on, in every rule that asks for a stage; whether they are
    others than before. Raises BadInput.

    Kept segments that ask for it are built anew, and who enters or leaves does so because of that.
    """
    for span in (told.new, told.lapsed):
        _check(span)
    with transaction.atomic():
        changed = [
            name for name in ("new", "lapsed") if getattr(told, name) != getattr(limits(), name)
        ]
        if not changed:
            return False
        stored, _made = LifecycleLimits.objects.update_or_create(
            pk=1,
            defaults={
                "new_count": told.new[0],
                "new_unit": told.new[1],
                "lapsed_count": told.lapsed[0],
                "lapsed_unit": told.lapsed[1],
            },
        )
        audit.record(actor=actor, action="lifecycle.changed", of=stored, fields=changed)
        dispatch.after_commit(REVIEW)
        return True


def _check(span: Span) -> None:
    count, unit = span
    if unit not in _LONGEST or not 1 <= count <= _LONGEST[unit]:
        raise BadInput(
            _("This is no span of time that can be used here."),
            details=_("Give 1 to %(days)d days, or up to %(years)d years.")
            % {"days": _LONGEST["day"], "years": _LONGEST["year"]},
        )
