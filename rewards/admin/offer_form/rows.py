"""Rows of a form that are chosen by their kind: fields that a kind does not use stay empty."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from config.shared.screens import MoneyField


def text(label: Any, help_text: Any = "", **more: Any) -> forms.CharField:
    more.setdefault("max_length", 2_000)
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        **more,
    )


def lines(label: Any, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
    )


def count(label: Any, help_text: Any = "", least: int = 1) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        help_text=help_text,
        required=False,
        min_value=least,
        max_value=1_000_000,
        widget=UnfoldAdminIntegerFieldWidget,
    )


def rate(label: Any, help_text: Any = "") -> forms.DecimalField:
    return forms.DecimalField(
        label=label, help_text=help_text, required=False, widget=UnfoldAdminDecimalFieldWidget
    )


def money(label: Any, help_text: Any = "") -> MoneyField:
    return MoneyField(label=label, help_text=help_text, required=False)


def choice(label: Any, choices: Any, help_text: Any = "") -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        help_text=help_text,
        required=False,
        choices=choices,
        widget=UnfoldAdminSelectWidget,
    )


class KindRow(forms.Form):
    """One row; `USES` says which fields each kind uses, `ALWAYS` which every kind does.

    What is `RARE` is folded away until somebody looks for it. A field that `NEEDS` another is shown
    once that one is chosen, or has the value after “=”.

    A value in a field that the kind does not use is refused by its name, because it would be lost.
    """

    USES: Mapping[str, frozenset[str]] = {}
    ALWAYS: frozenset[str] = frozenset({"kind", "DELETE"})
    RARE: frozenset[str] = frozenset()
    NEEDS: Mapping[str, str] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if name not in self.ALWAYS:
                field.widget.attrs["data-kinds"] = " ".join(self.kinds_of(name))

    @classmethod
    def kinds_of(cls, name: str) -> list[str]:
        return [kind for kind, used in cls.USES.items() if name in used or name in cls.ALWAYS]

    @property
    def every_kind(self) -> str:
        """What to show once any kind is chosen."""
        return " ".join(self.USES)

    @property
    def usual(self) -> Iterator[Any]:
        """The fields of the row but its kind, in order, each with the kinds that use it."""
        return (bound for bound in self._fields() if bound.name not in self.RARE)

    @property
    def rare(self) -> list[Any]:
        """The fields that are folded away."""
        return [bound for bound in self._fields() if bound.name in self.RARE]

    @property
    def has_rare(self) -> bool:
        """Whether something folded away says something, or is wrong."""
        return any(bound.errors or bound.value() for bound in self.rare)

    def _fields(self) -> Iterator[Any]:
        for bound in self.visible_fields():
            if bound.name not in ("kind", "DELETE"):
                bound.kinds = " ".join(self.kinds_of(bound.name))  # type: ignore[attr-defined]
                bound.needs = self.NEEDS.get(bound.name, "")  # type: ignore[attr-defined]
                yield bound

    @property
    def is_kept(self) -> bool:
        typed = getattr(self, "cleaned_data", {})
        return bool(typed.get("kind")) and not typed.get("DELETE")

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or self.cleaned_data
        if typed.get("DELETE"):
            return typed
        kind = typed.get("kind") or ""
        filled = [
            name
            for name in self.fields
            if name not in self.ALWAYS and typed.get(name) not in (None, "", [])
        ]
        if not kind:
            if filled and "kind" not in self.errors:
                self.add_error("kind", _("Choose what this is, or empty its fields."))
            return typed
        labels = dict(_flat(self.fields["kind"].choices))  # type: ignore[attr-defined]
        for name in filled:
            if name not in self.USES.get(kind, frozenset()):
                self.add_error(
                    name,
                    _("“%(field)s” is not used by “%(kind)s”; empty it.")
                    % {"field": self.fields[name].label, "kind": labels.get(kind, kind)},
                )
        return typed


def _flat(choices: Any) -> Iterator[tuple[str, str]]:
    for value, label in choices:
        if isinstance(label, (list, tuple)):
            yield from _flat(label)
        else:
            yield value, str(label)
