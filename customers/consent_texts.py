"""Consent texts: how many agreed to which, and what changed from one version to the next."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher

from django.db.models import Count

from customers.models import ConsentEvent, ConsentState, ConsentText
from customers.services.consent_checks import ALLOWING

_WORDS = re.compile(r"\s+|[^\s]+")


@dataclass(slots=True)
class Agreement:
    """How many customers allow now because of a text, and how often it was ever agreed to."""

    now: int = 0
    ever: int = 0


def agreements(text_ids: Iterable[int]) -> dict[int, Agreement]:
    """By text, in two statements; nobody counts as nought."""
    found = {pk: Agreement() for pk in text_ids}
    states = ConsentState.objects.filter(allowed=True, event__text__in=list(found))
    events = ConsentEvent.objects.filter(action__in=ALLOWING, text__in=list(found))
    for pk, number in states.order_by().values_list("event__text").annotate(Count("pk")):
        found[pk].now = number
    for pk, number in events.order_by().values_list("text").annotate(Count("pk")):
        found[pk].ever = number
    return found


def in_force(*, at: datetime) -> set[int]:
    """The texts that our pages show."""
    return set(ConsentText.objects.offered(at=at).values_list("pk", flat=True))


def version_before(text: ConsentText) -> ConsentText | None:
    """The version published before this one, of the same consent in the same language."""
    same = ConsentText.objects.filter(
        purpose=text.purpose,
        channel=text.channel,
        data_category=text.data_category,
        locale=text.locale,
        origin=text.origin,
        published_at__isnull=False,
    ).exclude(pk=text.pk)
    if text.published_at is not None:
        same = same.filter(published_at__lt=text.published_at)
    return same.order_by("-published_at", "-id").first()


def changes(before: str, after: str) -> list[tuple[str, str]]:
    """Pieces of both texts in order, each “same”, “gone” or “new”; compared word by word."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    pieces: list[tuple[str, str]] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(("same", "".join(old[a:b])))
            continue
        if a != b:
            pieces.append(("gone", "".join(old[a:b])))
        if c != d:
            pieces.append(("new", "".join(new[c:d])))
    return pieces
