"""A second segment like one there is."""

from django.utils.translation import gettext as _

from config.shared.actors import Actor
from segments.models import Segment
from segments.services.segments import save_segment

_LONGEST_NAME = 120


def duplicate_segment(*, segment: Segment, actor: Actor) -> Segment:
    """Keep the same rule under a name that is still free; raises RuleError as saving does."""
    return save_segment(
        name=free_name(segment.name),
        description=segment.description,
        rules=segment.rules,
        actor=actor,
    )


def free_name(name: str) -> str:
    """The name itself, else “Name (copy)”, with a number from the second copy on."""
    ending = _("(copy)")
    stem = name[: _LONGEST_NAME - len(ending) - 5]
    taken = set(Segment.objects.filter(name__startswith=stem).values_list("name", flat=True))
    wanted, number = name, 1
    while wanted in taken:
        wanted = f"{stem} {ending}" if number == 1 else f"{stem} {ending} {number}"
        number += 1
    return wanted
