"""What the customer page offers about the record itself: editing, merging, other records."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.shared.screens.history import name_actions
from config.shared.templatetags.vesile import day
from customers.duplicates import alike
from customers.models import Customer, Merge
from customers.panels import (
    Notice,
    NoticeSource,
    PageAction,
    register_action,
    register_notice,
)

_MOST_NOTICES = 2


def _merge_page(customer: Customer) -> str:
    return reverse("admin:customers_customer_merge", args=[customer.pk])


def _same_address(customer: Customer, user: Any, at: datetime) -> Sequence[Notice]:
    """Two records with one e-mail or phone are often one person."""
    may_merge = user.has_perm("customers.change_customer")
    notices = []
    for other in alike(customer)[:_MOST_NOTICES]:
        same_email = customer.email and other.email == customer.email
        words = (
            _("Another customer has this e-mail: %(other)s.")
            if same_email
            else _("Another customer has this phone: %(other)s.")
        )
        notices.append(
            Notice(
                words % {"other": other.full_name or other.public_id},
                tone="info",
                url=f"{_merge_page(customer)}?with={other.pk}" if may_merge else "",
                link=_("Merge…"),
            )
        )
    return notices


def _merged_before(customer: Customer, user: Any, at: datetime) -> Sequence[Notice]:
    """That this record took in another, as long as that can be undone."""
    if not user.has_perm("customers.change_customer"):
        return []
    merges = Merge.objects.undoable(at=at).filter(kept=customer).order_by("-pk")
    merges = merges.defer("snapshot", "moved")
    return [
        Notice(
            _("Merged with the record %(id)s on %(day)s; this can be undone until %(until)s.")
            % {
                "id": one.absorbed_public_id,
                "day": day(one.merged_at),
                "until": day(one.undo_until),
            },
            url=_merge_page(customer),
            link=_("Undo…"),
        )
        for one in merges[:_MOST_NOTICES]
    ]


def declare() -> None:
    """Called once, when the app is ready."""
    register_notice(NoticeSource("same-address", _same_address, 30))
    register_notice(NoticeSource("merged", _merged_before, 40))
    register_action(
        PageAction(
            key="edit",
            title=gettext_lazy("Change…"),
            permission="customers.change_customer",
            url=lambda customer: reverse("admin:customers_customer_edit", args=[customer.pk]),
            position=10,
            icon="edit",
        )
    )
    register_action(
        PageAction(
            key="merge",
            title=gettext_lazy("Merge…"),
            permission="customers.change_customer",
            url=_merge_page,
            position=60,
            icon="merge",
        )
    )
    name_actions(
        {
            "customer.merged": gettext_lazy("Records merged"),
            "customer.unmerged": gettext_lazy("Merge undone"),
            "customer.linked": gettext_lazy("Identity linked"),
            "adviser.created": gettext_lazy("Adviser defined"),
            "adviser.changed": gettext_lazy("Adviser changed"),
            "attribute.created": gettext_lazy("Custom attribute defined"),
            "attribute.changed": gettext_lazy("Custom attribute changed"),
            "attribute.retired": gettext_lazy("Custom attribute retired"),
            "attribute.revived": gettext_lazy("Custom attribute in use again"),
        }
    )
