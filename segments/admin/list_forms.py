"""The forms of static lists."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextInputWidget

from config.shared.screens import RecordForm
from customers.models import DataCategory
from segments.models import StaticList


class ListForm(RecordForm):
    description = forms.CharField(
        label=gettext_lazy("Description"),
        required=False,
        max_length=300,
        widget=UnfoldAdminTextInputWidget,
    )
    categories = forms.MultipleChoiceField(
        label=gettext_lazy("Made from"),
        required=False,
        choices=DataCategory.choices,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=gettext_lazy(
            "By what were these people chosen? Whoever does not let us use one of these is on the "
            "list, but no segment finds them by it: a list is no way around a refusal."
        ),
    )

    class Meta:
        model = StaticList
        fields = ("name", "description", "categories")


class PeopleForm(forms.Form):
    """Customers to put on a list: pasted, or in a file; one of the two."""

    text = forms.CharField(
        required=False,
        label=gettext_lazy("Paste them here"),
        widget=forms.Textarea(
            attrs={"class": "v-editor", "rows": 6, "spellcheck": "false", "autocomplete": "off"}
        ),
    )
    file = forms.FileField(
        required=False,
        label=gettext_lazy("Or choose a file"),
        widget=forms.FileInput(
            attrs={"class": "v-drop", "accept": ".csv,.tsv,.txt,.xlsx,.zip,.gz"}
        ),
    )

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if not told.get("text") and not told.get("file") and not self.errors:
            raise forms.ValidationError(gettext_lazy("Paste somebody, or choose a file."))
        return told
