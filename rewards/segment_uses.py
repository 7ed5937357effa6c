"""Tells the segments which offers name them in their conditions, so that none is removed."""

from collections.abc import Mapping, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from config.shared import usages
from config.shared.usages import Usage
from rewards.models import Promotion
from rewards.offer_words import segment_ids
from segments.models import Segment


def _offers_naming(ids: Sequence[int]) -> Mapping[int, Sequence[Usage]]:
    """Two statements."""
    by_public_id = dict(Segment.objects.filter(pk__in=ids).values_list("public_id", "pk"))
    found: dict[int, list[Usage]] = {}
    for offer in Promotion.objects.kept().exclude(rules={}).order_by("name"):
        url = reverse("admin:rewards_promotion_page", args=[offer.pk])
        for public_id in sorted(segment_ids(offer) & by_public_id.keys()):
            found.setdefault(by_public_id[public_id], []).append(Usage(offer.name, _("offer"), url))
    return found


def declare() -> None:
    """Called once, when the app is ready."""
    usages.register("segments.Segment", _offers_naming)
