"""The forms of segments."""

import json
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextInputWidget

from config.shared.errors import VesileError
from config.shared.screens import RecordForm
from segments.errors import RuleError
from segments.models import Segment
from segments.rules.parser import parse

from .builder import RuleBuilder

BLANK: dict[str, Any] = {"op": "and", "rules": []}


class RuleField(forms.CharField):
    """A rule as JSON; cleaned it is the tree as written, known to be usable.

    `refused` is what was wrong with it, where it could be read at all.
    """

    refused: RuleError | None = None

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", RuleBuilder)
        super().__init__(**kwargs)

    def refuse(self, error: RuleError) -> None:
        """Have the problem shown at the condition it names."""
        self.refused = error
        if isinstance(self.widget, RuleBuilder):  # this form's own, as the field is
            self.widget.problem = error

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            tree = json.loads(text)
        except json.JSONDecodeError as error:
            raise forms.ValidationError(
                _("This is not JSON: line %(line)d, column %(column)d.")
                % {"line": error.lineno, "column": error.colno}
            ) from error
        except RecursionError as error:
            raise forms.ValidationError(_("This is nested too deeply to be read.")) from error
        try:
            parse(tree)
        except RuleError as error:
            self.refuse(error)
            raise forms.ValidationError(str(error)) from error
        return tree


class SegmentForm(RecordForm):
    description = forms.CharField(
        label=gettext_lazy("Description"),
        required=False,
        max_length=300,
        widget=UnfoldAdminTextInputWidget,
    )
    rules = RuleField(
        label=gettext_lazy("Who is in it"),
        widget=RuleBuilder(
            {
                "hx-post": "../check/",
                "hx-trigger": "load, input changed delay:400ms",
                "hx-target": "#rule-check",
                "hx-swap": "innerHTML",
            }
        ),
    )

    def _show(self, refusal: VesileError) -> None:
        field = self.fields.get("rules")
        if isinstance(refusal, RuleError) and isinstance(field, RuleField):
            field.refuse(refusal)
            self.add_error("rules", str(refusal))
        else:
            super()._show(refusal)

    class Meta:
        model = Segment
        fields = ("name", "description", "rules")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "rules" in self.fields:
            rules = self.instance.rules if self.instance.pk else BLANK
            self.initial["rules"] = json.dumps(rules, ensure_ascii=False, indent=2)
            if self.instance.pk:
                self.fields["rules"].widget.attrs["hx-post"] = "../../check/"
