"""Static lists of customers."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from customers.models import DataCategory
from segments.fields.pickers import LISTS
from segments.models import StaticList
from segments.rules import passing
from segments.rules.binding import Binder
from segments.rules.fields import Field, register
from segments.rules.tree import Condition


def _lists() -> Mapping[str, str]:
    """Lists by their public id."""
    return dict(StaticList.objects.values_list("public_id", "name"))


def _made_from(condition: Condition) -> frozenset[DataCategory]:
    """The kinds of data that the lists were made from."""
    stored = StaticList.objects.filter(public_id__in=condition.value)
    return frozenset(
        DataCategory(name)
        for categories in stored.values_list("categories", flat=True)
        for name in categories
    )


def _on_a_list(condition: Condition, binder: Binder) -> str:
    wanted = binder.value(condition.value)
    member = (
        "SELECT 1 FROM segments_listmember m JOIN segments_staticlist k ON k.id = m.list_id"
        f" WHERE m.customer_id = c.id AND k.public_id = ANY ({wanted}::text[])"
    )
    return f"{'EXISTS' if condition.cmp == 'in' else 'NOT EXISTS'} ({member})"


def register_fields() -> None:
    register(
        Field(
            "list.member",
            _("on the list"),
            "members",
            DataCategory.PROFILE,
            _on_a_list,
            lambda condition, binder: (
                "(SELECT string_agg(k.name, ', ') FROM segments_listmember m"
                " JOIN segments_staticlist k ON k.id = m.list_id WHERE m.customer_id = c.id"
                f" AND k.public_id = ANY ({binder.value(condition.value)}::text[]))"
            ),
            nullable=False,
            choices=_lists,
            search=LISTS,
            more_categories=_made_from,
            wakes=passing.never,
        )
    )
