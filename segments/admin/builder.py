"""The form widget that shows a rule as conditions one can click together.

It is a textarea with the rule as JSON, which works without JavaScript; the element around it
(`static/vesile/rule-builder.js`) writes that JSON. The page that uses it needs an address where
values are searched (`choices.answer`), and may have more fields or others than segments do.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.forms.widgets import Script
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from config.shared.models import Project
from segments.errors import RuleError
from segments.rules.fields import Field, all_fields

from .builder_schema import schema


class RuleBuilder(forms.Textarea):
    """`choices` is the name of the address where values are searched; without `everyone` a rule
    for everybody cannot be chosen. `problem` is what was refused, to be shown where it is.
    """

    class Media:
        js = (Script("vesile/rule-builder.js", type="module"),)
        css = {"all": ("vesile/rule-builder.css",)}

    def __init__(
        self,
        attrs: dict[str, Any] | None = None,
        *,
        choices: str = "admin:segments_segment_choices",
        fields: Callable[[], Iterable[Field]] = all_fields,
        everyone: bool = True,
    ) -> None:
        super().__init__({"class": "v-editor", "rows": 14, "spellcheck": "false", **(attrs or {})})
        self.choices, self.fields, self.everyone = choices, fields, everyone
        self.problem: RuleError | None = None

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        context = self.get_context(name, value, attrs)
        currency = Project.objects.values_list("currency", flat=True).get(pk=1)
        return render_to_string(
            "vesile/segment/builder.html",
            {
                **context,
                "schema": schema(self.fields(), currency=currency),
                "schema_id": f"{context['widget']['attrs'].get('id', name)}-schema",
                "choices": reverse(self.choices),
                "everyone": self.everyone,
                "problem": self.problem,
            },
        )
