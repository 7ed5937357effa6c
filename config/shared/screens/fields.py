"""Form fields for values that are stored otherwise than people write them."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from config.shared import money


class MoneyField(forms.CharField):
    """An amount as people write it (“20.00”), for a column of minor units.

    The form knows the currency only when it is submitted, so the text is checked here for nothing
    but its shape and becomes minor units by `minor`.
    """

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 20)
        kwargs.setdefault(
            "widget", UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal", "size": 12})
        )
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        # Turkish keyboards give a comma; one comma and no point is a decimal comma.
        text = str(super().clean(value) or "").replace(" ", "")
        return text.replace(",", ".") if text.count(",") == 1 and "." not in text else text


def written(amount: int | None, currency: str) -> str:
    """Minor units as the field shows them: plain digits with a point."""
    return "" if amount is None else str(money.from_minor(amount, currency))


def minor(text: str, currency: str) -> int | None:
    """The minor units behind what was typed; empty is None. Raises ValidationError."""
    if not text:
        return None
    try:
        amount = money.to_minor(text, currency)
    except money.MoneyError as error:
        raise ValidationError(error.translated()) from error
    if amount <= 0:
        raise ValidationError(_("Write an amount above zero, or leave the field empty."))
    return amount
