"""Lists of campaigns and codes: which, and which part of them."""

from typing import Final, TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from config.shared.api.listing import (
    PAGING,
    Page,
    check_names,
    page_of,
    period_names,
    refuse,
    text,
    within,
)
from config.shared.models import ApiKey
from rewards.codes import code_key
from rewards.models import Promotion, Voucher

from .finding import promotions, vouchers

Row = TypeVar("Row", bound=Model)

ORDERS: Final = {"created_at": False, "-created_at": True}
_CREATED: Final = period_names("created_at")
OF_CAMPAIGNS: Final = PAGING | {"order", "campaign_type", "expand"} | set(_CREATED)
OF_VOUCHERS: Final = (
    PAGING | {"order", "campaign", "campaign_id", "customer", "category", "code"} | set(_CREATED)
)


def campaigns_of(params: QueryDict, *, api_key: ApiKey) -> Page[Promotion]:
    """The asked part of the offers that the key sees; raises BadInput."""
    check_names(params, OF_CAMPAIGNS)
    rows = within(params, promotions(api_key), _CREATED)
    if text(params, "campaign_type") not in ("", "DISCOUNT_COUPONS"):
        rows = rows.none()
    return newest_first(params, rows)


def vouchers_of(params: QueryDict, *, api_key: ApiKey) -> Page[Voucher]:
    """The asked part of the codes that the key sees; raises BadInput."""
    check_names(params, OF_VOUCHERS)
    rows = within(params, vouchers(api_key), _CREATED)
    if campaign := text(params, "campaign"):
        rows = rows.filter(promotion__name=campaign)
    if campaign := text(params, "campaign_id"):
        rows = rows.filter(promotion__public_id=campaign)
    if category := text(params, "category"):
        rows = rows.filter(promotion__stacking_category=category)
    if code := text(params, "code"):
        rows = rows.filter(code_key=code_key(code))
    if customer := text(params, "customer"):
        rows = rows.filter(
            Q(holder__customer__public_id=customer) | Q(holder__external_id=customer)
        )
    return newest_first(params, rows)


def newest_first(params: QueryDict, rows: QuerySet[Row]) -> Page[Row]:
    """The asked part, newest first unless asked otherwise; raises BadInput."""
    order = text(params, "order") or "-created_at"
    if order not in ORDERS:
        raise refuse("order", _("Use one of: %(names)s.") % {"names": ", ".join(ORDERS)})
    if ORDERS[order]:
        return page_of(
            params, rows.order_by("-pk"), after=lambda found, last: found.filter(pk__lt=last.pk)
        )
    return page_of(
        params, rows.order_by("pk"), after=lambda found, last: found.filter(pk__gt=last.pk)
    )
