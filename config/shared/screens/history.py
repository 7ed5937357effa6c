"""The audit log as people read it: who did what, when, to which fields."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.shared.actors import Actor
from config.shared.models import ApiKey, AuditEntry, StaffUser

from .pages import Page, keyset_page

# What actions are called on screen; one without a name here is shown as written.
ACTIONS: dict[str, str | Promise] = {
    "api_key.changed": gettext_lazy("API key changed"),
    "api_key.created": gettext_lazy("API key created"),
    "api_key.overlap_ended": gettext_lazy("Previous token of an API key ended"),
    "api_key.revoked": gettext_lazy("API key revoked"),
    "api_key.rotated": gettext_lazy("New token for an API key"),
    "brand.changed": gettext_lazy("Brand changed"),
    "brand.created": gettext_lazy("Brand created"),
    "colleague.added": gettext_lazy("Colleague added"),
    "colleague.changed": gettext_lazy("Colleague changed"),
    "project.changed": gettext_lazy("Project changed"),
}


def name_actions(names: Mapping[str, str | Promise]) -> None:
    """Called in an app's `ready()`: what its audit actions are called on screen."""
    ACTIONS.update(names)


_FIELDS: dict[tuple[str, str], str | Promise] = {}


def name_fields(label: str, names: Mapping[str, str | Promise]) -> None:
    """Called in an app's `ready()`: what parts of a model are called that are no columns of it."""
    _FIELDS.update({(label, name): words for name, words in names.items()})


@dataclass(frozen=True, slots=True)
class Change:
    """One audit row in words."""

    at: datetime
    actor: str
    action: str
    subject: str
    fields: str
    sealed: bool


def audit_page(of: Model, *, before: str = "", size: int = 25) -> Page[AuditEntry]:
    """A page of what happened to one object, its rows as `Change`s."""
    rows = AuditEntry.objects.filter(
        object_kind=of._meta.label_lower, object_id=str(of.pk)
    ).select_related("seal")
    page = keyset_page(rows, before=before, size=size)
    return Page(in_words(page.rows), page.older, page.first)  # type: ignore[arg-type]


def in_words(entries: Iterable[AuditEntry]) -> Sequence[Change]:
    """Audit rows with names of colleagues and keys instead of ids, in two queries at most."""
    rows = list(entries)
    actors = actor_names(rows)
    return [
        Change(
            at=row.at,
            actor=actors[row.actor_kind, row.actor_id],
            action=action_name(row.action),
            subject=subject_name(row),
            fields=", ".join(_field_name(row.object_kind, name) for name in row.fields),
            sealed=row.seal_id is not None,
        )
        for row in rows
    ]


def action_name(action: str) -> str:
    return str(ACTIONS.get(action, action.replace(".", ": ").replace("_", " ")))


def subject_name(row: AuditEntry) -> str:
    model = model_of(row.object_kind)
    kind = capfirst(str(model._meta.verbose_name)) if model else row.object_kind
    return _("%(kind)s no. %(id)s") % {"kind": kind, "id": row.object_id}


def actor_names(rows: Iterable[AuditEntry]) -> dict[tuple[str, str], str]:
    """What to call the actors of these rows, by (kind, id)."""
    return names_of(Actor(row.actor_kind, row.actor_id) for row in rows)


def names_of(actors: Iterable[Actor]) -> dict[tuple[str, str], str]:
    """What to call these, by (kind, id); two statements at most."""
    wanted = {(one.kind, one.id) for one in actors}
    people = _by_id(StaffUser, [key for kind, key in wanted if kind == "staff"])
    keys = _by_id(ApiKey, [key for kind, key in wanted if kind == "api_key"])
    names = {}
    for kind, key in wanted:
        if kind == "staff":
            names[kind, key] = people.get(key) or _("a colleague who is gone")
        elif kind == "api_key":
            names[kind, key] = _("API key %(name)s") % {"name": keys.get(key, key)}
        elif kind == "customer":
            names[kind, key] = _("the customer")
        else:
            names[kind, key] = _("the system")
    return names


def _by_id(model: type[Model], ids: list[str]) -> dict[str, str]:
    numbers = [number for number in ids if number.isdigit()]
    if not numbers:
        return {}
    return {str(row.pk): str(row) for row in model._default_manager.filter(pk__in=numbers)}


def model_of(label: str) -> type[Model] | None:
    """The model of an audit row's object; None where there is none of that name any more."""
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        return None


def _field_name(label: str, name: str) -> str:
    if (label, name) in _FIELDS:
        return str(_FIELDS[label, name])
    model = model_of(label)
    if model is None:
        return name
    try:
        # What is no column ("effects", "body") is a word of the catalog all the same.
        return str(getattr(model._meta.get_field(name), "verbose_name", _(name)))
    except FieldDoesNotExist:
        return _(name)
