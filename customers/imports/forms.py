"""What is asked for on the import page."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.shared.localtime import zone_names
from customers.importing.contents import all_contents
from customers.importing.sniffing import DELIMITERS, ENCODINGS

_DELIMITER_NAMES: Final = {
    ",": gettext_lazy("comma"),
    ";": gettext_lazy("semicolon"),
    "\t": gettext_lazy("tab"),
    "|": gettext_lazy("vertical bar"),
}
_SELECT: Final = {"class": "v-select"}


def _yes_no(yes: Any, no: Any) -> list[tuple[str, Any]]:
    return [("yes", yes), ("no", no)]


class UploadForm(forms.Form):
    """The file, and what is in it."""

    contents = forms.ChoiceField(
        label=gettext_lazy("What is in the file?"), widget=forms.RadioSelect, required=True
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        error_messages={
            "required": gettext_lazy("Choose a file."),
            "empty": gettext_lazy("The file is empty. Export it again."),
        },
        widget=forms.FileInput(
            attrs={"class": "v-drop", "accept": ".csv,.tsv,.txt,.xlsx,.zip,.gz"}
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["contents"]
        field.choices = [  # type: ignore[attr-defined]
            (one.key, str(one.label).capitalize()) for one in all_contents()
        ]


class LookForm(forms.Form):
    """How the file is to be read; only what applies to it is asked."""

    encoding = forms.ChoiceField(
        label=gettext_lazy("Encoding"), choices=[(one, one) for one in ENCODINGS]
    )
    delimiter = forms.ChoiceField(
        label=gettext_lazy("Separator"),
        choices=[(one, _DELIMITER_NAMES[one]) for one in DELIMITERS],
    )
    sheet = forms.ChoiceField(label=gettext_lazy("Sheet"))
    has_header = forms.ChoiceField(
        label=gettext_lazy("First row"),
        choices=_yes_no(gettext_lazy("headings"), gettext_lazy("already data")),
    )
    decimal_mark = forms.ChoiceField(
        label=gettext_lazy("Decimal mark"),
        choices=[(".", gettext_lazy("point: 1234.50")), (",", gettext_lazy("comma: 1234,50"))],
    )
    day_first = forms.ChoiceField(
        label=gettext_lazy("3/4/2026 is"),
        choices=_yes_no(gettext_lazy("the third of April"), gettext_lazy("the fourth of March")),
    )
    zone = forms.ChoiceField(label=gettext_lazy("Times without a zone are"))

    def __init__(self, detected: dict[str, Any], data: Any = None) -> None:
        initial = {
            **detected,
            "has_header": "yes" if detected["has_header"] else "no",
            "day_first": "yes" if detected["day_first"] else "no",
        }
        super().__init__(data, initial=initial)
        for name in ("encoding", "delimiter") if detected["format"] == "xlsx" else ("sheet",):
            del self.fields[name]
        if "sheet" in self.fields:
            self._choose("sheet", [(one, one) for one in detected["sheets"]])
        self._choose("zone", [(one, one.replace("_", " ")) for one in sorted(zone_names())])
        for field in self.fields.values():
            field.widget.attrs.update(_SELECT)

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def told(self) -> dict[str, Any]:
        """What was chosen otherwise than it stood there, as the service wants it."""
        return {
            name: value == "yes" if name in ("has_header", "day_first") else value
            for name, value in self.cleaned_data.items()
            if value != self.initial[name]
        }


def as_problems(form: forms.Form) -> list[str]:
    """What is wrong with a form, as sentences that name the field."""
    return [
        _("%(field)s: %(problem)s") % {"field": form.fields[name].label, "problem": problem}
        if name in form.fields
        else str(problem)
        for name, problems in form.errors.items()
        for problem in problems
    ]
