"""Forms of offers: money typed as people write it, in the currency of the offer."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import BaseInlineFormSet
from django.utils.translation import gettext_lazy as _
from unfold.forms import PaginationInlineFormSet

from config.shared import money
from config.shared.screens import MoneyField, RecordForm
from config.shared.screens.fields import minor, written
from rewards.models import Effect, EffectKind, Promotion
from rewards.services.promotions import EffectDraft


class PromotionForm(RecordForm):
    minimum = MoneyField(
        label=_("Order minimum"),
        required=False,
        help_text=_("For instance 25.00; the goods of the order must reach it, without shipping."),
    )

    class Meta:
        model = Promotion
        fields = (
            "name",
            "active",
            "currency",
            "code_pattern",
            "uses_per_code",
            "code_lifetime_days",
            "holder_only",
            "starts_at",
            "expires_at",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "minimum" in self.fields:
            self.initial["minimum"] = written(self.instance.minimum_amount, self.instance.currency)

    def clean_currency(self) -> str:
        currency = str(self.cleaned_data["currency"]).strip().upper()
        if not money.is_currency(currency):
            raise ValidationError(_("Use a code of ISO 4217 such as EUR or TRY."))
        return currency

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        currency = cleaned.get("currency")
        if currency and "minimum" in cleaned:
            try:
                self.instance.minimum_amount = minor(cleaned["minimum"], currency)
            except ValidationError as error:
                self.add_error("minimum", error)
        return cleaned


class EffectForm(forms.ModelForm):
    amount_off = MoneyField(label=_("Amount off"), required=False)
    cap = MoneyField(label=_("At most"), required=False)

    class Meta:
        model = Effect
        fields = ("kind", "percent")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = field.label  # the table has only column heads
        effect = self.instance
        if effect.pk:
            currency = effect.promotion.currency
            self.initial["amount_off"] = written(effect.amount, currency)
            self.initial["cap"] = written(effect.cap_amount, currency)

    def draft(self, currency: str) -> EffectDraft:
        """What was typed as the service takes it; fields that the kind does not use are left out.

        Raises ValidationError for an amount the currency does not have.
        """
        typed = self.cleaned_data
        kind = typed["kind"]
        return EffectDraft(
            kind=kind,
            percent=typed.get("percent") if kind == EffectKind.PERCENT else None,
            amount=minor(typed.get("amount_off", ""), currency)
            if kind == EffectKind.AMOUNT
            else None,
            cap_amount=minor(typed.get("cap", ""), currency)
            if kind == EffectKind.PERCENT
            else None,
        )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        kind = cleaned.get("kind")
        if kind == EffectKind.PERCENT and cleaned.get("percent") is None:
            self.add_error("percent", _("Say how many percent are taken off."))
        if kind == EffectKind.AMOUNT and not cleaned.get("amount_off"):
            self.add_error("amount_off", _("Say how much is taken off."))
        return cleaned

    def _post_clean(self) -> None:
        """The shape of an effect is for the service to judge: the row here is only typed in."""


class EffectFormSet(PaginationInlineFormSet, BaseInlineFormSet):
    """The effects of one offer; their order is that of the rows."""

    def drafts(self, currency: str) -> list[EffectDraft]:
        kept: list[Any] = [form for form in self.forms if self._is_kept(form)]
        return [form.draft(currency) for form in kept]

    def _is_kept(self, form: Any) -> bool:
        if form in self.deleted_forms or not getattr(form, "cleaned_data", None):
            return False
        return bool(form.cleaned_data.get("kind")) and (form.instance.pk or form.has_changed())

    def clean(self) -> None:
        super().clean()
        currency = self.instance.currency
        if not money.is_currency(currency or ""):
            return
        forms: list[Any] = list(self.forms)
        for form in forms:
            if not self._is_kept(form) or form.errors:
                continue
            try:
                form.draft(currency)
            except ValidationError as error:
                form.add_error(
                    "cap" if form.cleaned_data["kind"] == "percent" else "amount_off", error
                )
