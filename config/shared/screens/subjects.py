"""What rows of the audit log are about, with names and links for whoever may see it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib import admin
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from config.shared.models import AuditEntry

from .history import model_of, subject_name


@dataclass(frozen=True, slots=True)
class Subject:
    """`name` is that of a thing, never a person's; `url` is empty for what is gone or hidden."""

    text: str
    name: str = ""
    url: str = ""


def subjects(rows: Iterable[AuditEntry], request: HttpRequest) -> dict[int, Subject]:
    """By primary key of the row; one statement for each kind of thing among the rows."""
    rows = list(rows)
    wanted: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        if row.object_id.isdigit():
            wanted[row.object_kind].add(int(row.object_id))
    found = {kind: _names(kind, ids, request) for kind, ids in wanted.items()}
    return {row.pk: _subject(row, found.get(row.object_kind, {})) for row in rows}


def _subject(row: AuditEntry, names: dict[str, str]) -> Subject:
    text = subject_name(row)
    name = names.get(row.object_id)
    if name is None:
        return Subject(text)
    return Subject(text, name, _url(row))


def _names(kind: str, ids: set[int], request: HttpRequest) -> dict[str, str]:
    """The things that are still there and that this person may see, by id."""
    model = model_of(kind)
    if model is None or not admin.site.is_registered(model):
        return {}
    if not admin.site.get_model_admin(model).has_view_permission(request):
        return {}
    named = _has_name(model)
    rows = model._default_manager.filter(pk__in=ids).values_list("pk", "name" if named else "pk")
    return {str(pk): str(name) if named else "" for pk, name in rows}


def _has_name(model: type[Model]) -> bool:
    try:
        model._meta.get_field("name")
    except FieldDoesNotExist:
        return False
    return True


def _url(row: AuditEntry) -> str:
    try:
        return reverse(f"admin:{row.object_kind.replace('.', '_')}_change", args=[row.object_id])
    except NoReverseMatch:
        return ""
