"""What customers, their orders, events and consents tell on the timeline."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from config.shared.models import AuditEntry
from config.shared.screens.history import in_words
from config.shared.screens.pages import key_before
from config.shared.templatetags.vesile import money, number
from customers.models import (
    ConsentEvent,
    Customer,
    DataCategory,
    Event,
    Interest,
    InterestOrigin,
    Merge,
    Order,
    OrderLine,
    Return,
)
from customers.timeline import Entry, Source, Window, register_source

# What is told by sources of their own, with more to say.
_TOLD_ELSEWHERE: Final = ("customer.merged", "customer.unmerged")

EVENT_NAMES: Final = {
    "page_viewed": gettext_lazy("Page viewed"),
    "product_viewed": gettext_lazy("Product viewed"),
    "searched": gettext_lazy("Searched"),
    "cart_updated": gettext_lazy("Cart updated"),
    "checkout_started": gettext_lazy("Checkout started"),
    "complaint_filed": gettext_lazy("Complaint filed"),
    "review": gettext_lazy("Review written"),
    "store_visit": gettext_lazy("Visited a store"),
}
_EVENT_TONES: Final = {"complaint_filed": "bad", "review": "good"}
_ORDER_TONES: Final = {"CANCELED": "bad", "CREATED": "wait"}
_CONSENT_TONES: Final = {
    "granted": "good",
    "confirmed": "good",
    "refused": "bad",
    "withdrawn": "bad",
    "objected": "bad",
    "expired": "wait",
}
# Counted for the rows shown only; a join would group all orders of the customer first.
_LINE_COUNT: Final = Subquery(
    OrderLine.objects.filter(order=OuterRef("pk"))
    .order_by()
    .values("order")
    .annotate(lines=Count("pk"))
    .values("lines"),
    output_field=IntegerField(),
)
_PROPERTIES_SHOWN: Final = 3
Load = Callable[[Window], Iterable[Entry]]
_LONGEST_PROPERTY: Final = 80


def _page_of(customer: Customer, tab: str, key: str) -> str:
    url = reverse("admin:customers_customer_change", args=[customer.pk])
    return f"{url}?tab={tab}&before={key}"


def _orders(window: Window) -> Iterable[Entry]:
    rows = window.newest(
        Order.objects.filter(identity__in=window.identity_ids).annotate(line_count=_LINE_COUNT),
        "placed_at",
    )
    for order in rows:
        told = [money(order.total_amount, order.currency)]
        lines: int = order.line_count or 0  # type: ignore[attr-defined]
        if lines:
            told.append(
                ngettext("%(shown)s line", "%(shown)s lines", lines) % {"shown": number(lines)}
            )
        if order.is_gift:
            told.append(_("a gift") + (f" ({order.gift_reason})" if order.gift_reason else ""))
        if order.cancel_reason:
            told.append(order.cancel_reason)
        yield Entry(
            at=order.placed_at,
            pk=order.pk,
            title=_("Order %(number)s") % {"number": order.source_id},
            detail=" · ".join(told),
            label=order.get_status_display(),
            tone=_ORDER_TONES.get(order.status, "good"),
            url=_page_of(window.customer, "orders", key_before(order, "placed_at")),
        )


def _returns(window: Window) -> Iterable[Entry]:
    rows = window.newest(Return.objects.filter(identity__in=window.identity_ids), "returned_at")
    for document in rows:
        told = [money(document.amount, document.currency)]
        if document.reason:
            told.append(document.reason)
        if document.order_source_id:
            told.append(_("of order %(number)s") % {"number": document.order_source_id})
        yield Entry(
            at=document.returned_at,
            pk=document.pk,
            title=_("Return %(number)s") % {"number": document.source_id},
            detail=" · ".join(told),
            tone="wait",
        )


def _events(category: DataCategory) -> Load:
    def load(window: Window) -> Iterable[Entry]:
        rows = window.newest(
            Event.objects.filter(
                identity__in=window.identity_ids, data_category=category
            ).select_related("product"),
            "occurred_at",
        )
        for event in rows:
            yield Entry(
                at=event.occurred_at,
                pk=event.pk,
                title=str(EVENT_NAMES.get(event.name, event.name.replace("_", " "))),
                detail=_event_in_words(event),
                tone=_EVENT_TONES.get(event.name, "plain"),
                alike=event.name,
            )

    return load


def _event_in_words(event: Event) -> str:
    told = [str(event.product)] if event.product else []
    told += _short(event.properties)
    return " · ".join(told)


def _short(properties: Mapping[str, Any]) -> list[str]:
    """The first properties that are a word or a number, as “name: value”."""
    simple = [
        f"{name.replace('_', ' ')}: {str(value)[:_LONGEST_PROPERTY]}"
        for name, value in properties.items()
        if isinstance(value, (str, int, float)) and not isinstance(value, bool) and value != ""
    ]
    return simple[:_PROPERTIES_SHOWN]


def _consents(window: Window) -> Iterable[Entry]:
    rows = window.newest(
        ConsentEvent.objects.filter(identity__in=window.identity_ids), "captured_at"
    )
    for event in rows:
        about = event.get_channel_display() if event.channel else event.get_data_category_display()
        yield Entry(
            at=event.captured_at,
            pk=event.pk,
            title=_("Consent: %(about)s") % {"about": about},
            detail=_("%(basis)s, from “%(source)s”")
            % {"basis": event.get_basis_display(), "source": event.source},
            label=event.get_action_display(),
            tone=_CONSENT_TONES.get(event.action, "plain"),
            url=f"{reverse('admin:customers_customer_change', args=[window.customer.pk])}"
            "?tab=consents",
        )


def _profile(window: Window) -> Iterable[Entry]:
    """Changes of the profile: the names of fields and who did it, no values."""
    entries: QuerySet[AuditEntry] = AuditEntry.objects.filter(
        object_kind=Customer._meta.label_lower, object_id=str(window.customer.pk)
    ).exclude(action__in=_TOLD_ELSEWHERE)
    rows = window.newest(entries, "at")
    for row, change in zip(rows, in_words(rows), strict=True):
        yield Entry(
            at=row.at,
            pk=row.pk,
            title=change.action,
            detail=_("%(fields)s; by %(who)s") % {"fields": change.fields, "who": change.actor}
            if change.fields
            else _("by %(who)s") % {"who": change.actor},
            alike=row.action,
        )


def _merges(window: Window) -> Iterable[Entry]:
    for row in window.newest(Merge.objects.filter(kept=window.customer), "merged_at"):
        yield Entry(
            at=row.merged_at,
            pk=row.pk,
            title=_("Another record was merged into this one"),
            detail=" · ".join(filter(None, [row.absorbed_public_id, row.reason])),
            tone="wait",
        )


def _undone_merges(window: Window) -> Iterable[Entry]:
    rows = window.newest(
        Merge.objects.filter(kept=window.customer, undone_at__isnull=False), "undone_at"
    )
    for row in rows:
        yield Entry(
            at=row.undone_at,  # type: ignore[arg-type]
            pk=row.pk,
            title=_("A merge was undone"),
            detail=row.absorbed_public_id,
        )


def _interests(window: Window) -> Iterable[Entry]:
    """What the customer told us; what was derived stands on the tab of interests."""
    told = Interest.objects.filter(
        customer=window.customer,
        origin=InterestOrigin.DECLARED,
        data_category__in=window.visible,
    )
    for row in window.newest(told, "updated_at"):
        liked, disliked = _("Told us: likes %(topic)s"), _("Told us: does not like %(topic)s")
        yield Entry(
            at=row.updated_at,
            pk=row.pk,
            title=(liked if row.is_liked else disliked) % {"topic": row.topic},
            detail=row.get_kind_display(),
        )


# Kind, title, icon, permission, loader; those of events read one category of data each.
_TOLD: Final[tuple[tuple[str, Promise, str, str, Load], ...]] = (
    ("order", gettext_lazy("Orders"), "shopping_bag", "view_order", _orders),
    ("return", gettext_lazy("Returns"), "assignment_return", "view_order", _returns),
    ("consent", gettext_lazy("Consents"), "verified_user", "view_consentevent", _consents),
    ("interest", gettext_lazy("Interests declared"), "favorite", "view_interest", _interests),
    ("profile", gettext_lazy("Profile"), "manage_accounts", "view_customer", _profile),
    ("merge", gettext_lazy("Merges"), "merge", "view_customer", _merges),
    ("unmerge", gettext_lazy("Merges"), "call_split", "view_customer", _undone_merges),
)
_BEHAVIOUR: Final[tuple[tuple[str, Promise, str, str, DataCategory], ...]] = (
    (
        "voice",
        gettext_lazy("Complaints and reviews"),
        "forum",
        "view_customer",
        DataCategory.PURCHASE_HISTORY,
    ),
    ("visit", gettext_lazy("Store visits"), "storefront", "view_customer", DataCategory.OFFLINE),
    (
        "browsing",
        gettext_lazy("Pages and carts"),
        "visibility",
        "view_event",
        DataCategory.BROWSE_HISTORY,
    ),
    ("search", gettext_lazy("Searches"), "search", "view_event", DataCategory.SEARCH_HISTORY),
    ("place", gettext_lazy("Positions"), "location_on", "view_event", DataCategory.LOCATION),
    ("reaction", gettext_lazy("Reactions"), "ads_click", "view_event", DataCategory.ENGAGEMENT),
    ("event", gettext_lazy("Other events"), "bolt", "view_event", DataCategory.PROFILE),
)
_POSITIONS: Final = {
    "order": 10, "return": 11, "voice": 20, "consent": 50, "visit": 60, "browsing": 61,
    "search": 62, "place": 63, "reaction": 64, "event": 65, "interest": 70, "profile": 80,
    "merge": 81, "unmerge": 82,
}  # fmt: skip


def declare() -> None:
    """Called once, when the app is ready."""
    for kind, title, icon, permission, load in _TOLD:
        register_source(
            Source(
                kind=kind,
                title=title,
                icon=icon,
                permission=f"customers.{permission}",
                load=load,
                position=_POSITIONS[kind],
                group="merge" if kind == "unmerge" else "",
            )
        )
    for kind, title, icon, permission, category in _BEHAVIOUR:
        register_source(
            Source(
                kind=kind,
                title=title,
                icon=icon,
                permission=f"customers.{permission}",
                load=_events(category),
                position=_POSITIONS[kind],
                category=category,
            )
        )
