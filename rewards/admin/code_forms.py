"""What is asked for where many codes are made or changed."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy

from rewards.models import Promotion
from rewards.services.code_changes import Change
from rewards.services.code_runs import MOST

_INPUT: Final = {"class": "v-input"}
_SELECT: Final = {"class": "v-select"}


class _MakingForm(forms.Form):
    promotion = forms.ModelChoiceField(
        label=gettext_lazy("Offer"),
        queryset=Promotion.objects.none(),
        widget=forms.Select(attrs=_SELECT),
    )
    pooled = forms.TypedChoiceField(
        label=gettext_lazy("What the codes are for"),
        choices=[
            ("yes", gettext_lazy("to be given to customers, each to one")),
            ("no", gettext_lazy("for anybody who has the code, such as printed cards")),
        ],
        initial="yes",
        coerce=lambda value: value == "yes",
        widget=forms.Select(attrs=_SELECT),
    )
    redemption_limit = forms.IntegerField(
        label=gettext_lazy("Uses of each code"),
        help_text=gettext_lazy("Empty means what the offer says."),
        required=False,
        min_value=1,
        max_value=2_147_483_647,
        widget=forms.NumberInput(attrs=_INPUT),
    )
    expires_at = forms.DateTimeField(
        label=gettext_lazy("Expire at"),
        help_text=gettext_lazy("Empty means what the offer says."),
        required=False,
        widget=forms.DateTimeInput(attrs={**_INPUT, "type": "datetime-local"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offers: Any = self.fields["promotion"]
        offers.queryset = Promotion.objects.kept().counting().order_by("name")


class GenerateForm(_MakingForm):
    """How many codes of which offer."""

    field_order = ("promotion", "count")
    count = forms.IntegerField(
        label=gettext_lazy("How many codes"),
        min_value=1,
        max_value=MOST,
        widget=forms.NumberInput(attrs=_INPUT),
    )


class ImportForm(_MakingForm):
    """A file of codes, and the offer they shall belong to."""

    field_order = ("promotion", "file")
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "CSV, XLSX or one code per line, packed with zip or gzip or not. Of several columns, "
            "the one headed “code” counts."
        ),
        error_messages={"empty": gettext_lazy("The file is empty. Export it again.")},
        widget=forms.FileInput(
            attrs={"class": "v-drop", "accept": ".csv,.tsv,.txt,.tab,.xlsx,.zip,.gz"}
        ),
    )


class ChangeForm(forms.Form):
    """What is to be done to all codes of a list."""

    change = forms.ChoiceField(choices=[*Change.choices, ("count", "")])
    expires_at = forms.DateTimeField(required=False)
