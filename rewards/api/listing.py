"""Lists of redemptions: which, and which part of them."""

from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from config.shared.api.listing import PAGING, Page, check_names, page_of, refuse, text
from config.shared.models import ApiKey
from rewards.models import Redemption, RedemptionResult, Voucher
from rewards.models.redemption import RedemptionQuerySet

KNOWN = PAGING | {"result", "campaign", "customer"}


def redemptions_of(params: QueryDict, *, api_key: ApiKey) -> Page[Redemption]:
    """The asked part of the redemptions that the key sees, newest first; raises BadInput."""
    check_names(params, KNOWN)
    seen = Redemption.objects.attempts().filter(promotion__brand=api_key.brand_id)
    matching = _matching(params, seen if api_key.test else seen.filter(test=False))
    return page_of(
        params,
        matching.with_its_objects().order_by("-id"),
        after=lambda rows, last: rows.filter(pk__lt=last.pk),
    )


def redemptions_of_voucher(
    params: QueryDict, voucher: Voucher, *, api_key: ApiKey
) -> Page[Redemption]:
    """The asked part of what was done with a code, newest first; raises BadInput."""
    check_names(params, PAGING)
    seen = Redemption.objects.attempts().filter(voucher=voucher)
    rows = seen if api_key.test else seen.filter(test=False)
    return page_of(
        params,
        rows.with_its_objects().order_by("-id"),
        after=lambda rows, last: rows.filter(pk__lt=last.pk),
    )


def _matching(params: QueryDict, redemptions: RedemptionQuerySet) -> RedemptionQuerySet:
    results = params.getlist("result")
    if results:
        for result in results:
            if result not in RedemptionResult.values:
                allowed = ", ".join(RedemptionResult.values)
                raise refuse("result", _("Use one of: %(names)s.") % {"names": allowed})
        redemptions = redemptions.filter(result__in=results)
    if campaign := text(params, "campaign"):
        redemptions = redemptions.filter(promotion__name=campaign)
    if customer := text(params, "customer"):
        redemptions = redemptions.filter(
            Q(identity__customer__public_id=customer) | Q(identity__external_id=customer)
        )
    return redemptions
