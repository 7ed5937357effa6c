"""Custom attributes: defined, changed, retired and taken up again."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from config.shared import audit, money
from config.shared.actors import Actor
from config.shared.errors import BadInput, Refused
from customers.attribute_figures import figures
from customers.models import Attribute, AttributeType

LONGEST_CHOICE: Final = 120
_KEY: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,59}", re.ASCII)
_FORM_OF_STORED: Final = frozenset({"type", "choices", "currency"})


class UnusableAttribute(BadInput):
    """A definition that cannot be; `problems` says what is wrong by field."""

    key = "invalid_attribute"
    message = _("This attribute cannot be defined like that.")

    def __init__(self, problems: dict[str, Any]) -> None:
        self.problems = problems
        super().__init__(details=" ".join(str(problem) for problem in problems.values()))


class ValuesWouldNotFit(Refused):
    """Stored values would count as not known; `count` is how many, about."""

    key = "values_would_not_fit"

    def __init__(self, count: int) -> None:
        self.count = count
        super().__init__(
            ngettext(
                "The value of about %(count)d customer would not fit and count as not known.",
                "The values of about %(count)d customers would not fit and count as not known.",
                count,
            )
            % {"count": count},
            details=_("Tick the box below to change it all the same; the values are kept."),
        )


def save_attribute(
    *,
    attribute: Attribute | None,
    key: str,
    name: str,
    type: str,  # noqa: A002 (the name of the column)
    choices: Sequence[str],
    currency: str,
    data_category: str,
    is_sensitive: bool,
    purpose: str,
    is_retired: bool,
    accepts_misfits: bool,
    actor: Actor,
    at: datetime,
) -> Attribute:
    """Define or change an attribute; the key of a stored one stays.

    Retired, its values are kept but neither checked nor used. Raises UnusableAttribute, and
    ValuesWouldNotFit where a changed type, list or currency leaves stored values behind and
    `accepts_misfits` was not said.
    """
    with transaction.atomic():
        current = (
            Attribute.objects.select_for_update().get(pk=attribute.pk)
            if attribute
            else Attribute(created_at=at)
        )
        told: dict[str, Any] = {
            "name": name.strip(),
            "type": type,
            "choices": _choices(choices) if type == AttributeType.SET else [],
            "currency": currency.strip().upper() if type == AttributeType.MONEY else "",
            "data_category": data_category,
            "is_sensitive": is_sensitive,
            "purpose": purpose.strip(),
        }
        if attribute is None:
            told["key"] = key.strip()
        _check(told)
        changed = [field for field, value in told.items() if getattr(current, field) != value]
        for field, value in told.items():
            setattr(current, field, value)
        if attribute and _FORM_OF_STORED & set(changed) and not accepts_misfits:
            misfits = figures().misfits(current.definition)
            if misfits:
                raise ValuesWouldNotFit(misfits)
        action = "attribute.changed" if attribute else "attribute.created"
        if is_retired != (current.retired_at is not None):
            current.retired_at = at if is_retired else None
            changed.append("retired_at")
            if attribute and len(changed) == 1:
                action = "attribute.retired" if is_retired else "attribute.revived"
        if changed:
            current.save()
            audit.record(actor=actor, action=action, of=current, fields=sorted(changed))
        return current


def _choices(told: Sequence[str]) -> list[str]:
    """Once each, in the order told."""
    return list(dict.fromkeys(line for one in told if (line := " ".join(one.split()))))


def _check(told: dict[str, Any]) -> None:
    problems: dict[str, Any] = {}
    for field in ("name", "purpose"):
        if not told[field]:
            problems[field] = _("Fill this in.")
    if not told["purpose"]:
        problems["purpose"] = _("Say what it is needed for; data nobody needs is not collected.")
    if told["type"] == AttributeType.MONEY and not money.is_currency(told["currency"]):
        problems["currency"] = _("This is not an ISO 4217 currency code such as EUR.")
    if any(len(choice) > LONGEST_CHOICE for choice in told["choices"]):
        problems["choices"] = _("A value has at most %(most)d characters.") % {
            "most": LONGEST_CHOICE
        }
    if "key" in told and (problem := _problem_of_key(told["key"])):
        problems["key"] = problem
    if problems:
        raise UnusableAttribute(problems)


def _problem_of_key(key: str) -> Any:
    if not _KEY.fullmatch(key):
        return _("Begin with a letter; then letters, digits, dots, hyphens; at most 60.")
    if Attribute.objects.filter(key=key).exists():
        return _("Another attribute has this key; it may be retired.")
    return None
