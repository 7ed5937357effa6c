"""Form fields for values that are stored otherwise than people write them."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from config.shared import money
from config.shared.typed_money import read_amount, typed_amount


class MoneyField(forms.CharField):
    """An amount as people write it (“20.00”, “1.234,50 TL”), for a column of minor units.

    The form knows the currency only when it is submitted, so the text stays as it is here and
    becomes minor units by `minor`.
    """

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 30)
        kwargs.setdefault(
            "widget", UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal", "size": 12})
        )
        super().__init__(**kwargs)


def written(amount: int | None, currency: str) -> str:
    """Minor units as the field shows them, with the decimal mark of the active language."""
    return "" if amount is None else typed_amount(amount, currency, get_language() or "en")


def minor(text: str, currency: str, *, least: int = 1) -> int | None:
    """The minor units behind what was typed; empty is None. Raises ValidationError."""
    if not text:
        return None
    try:
        amount = read_amount(text, currency, get_language() or "en")
    except money.MoneyError as error:
        raise ValidationError(error.translated()) from error
    if amount < least:
        raise ValidationError(
            _("Write an amount above zero, or leave the field empty.")
            if least > 0
            else _("Write no negative amount.")
        )
    return amount
