"""The three groups of colleagues and what each may do, declared by the apps, kept by `migrate`."""

from collections import defaultdict

from django.contrib.auth.models import Group, Permission
from django.db.models import Q

MARKETER = "Marketer"
SUPPORT = "Support agent"
ADMINISTRATOR = "Administrator"

_grants: dict[str, set[tuple[str, str]]] = defaultdict(set)


def grant(group: str, app_label: str, *codenames: str) -> None:
    """Called in an app's `ready()`: members of `group` have these permissions of the app."""
    _grants[group].update((app_label, codename) for codename in codenames)


def sync() -> None:
    """Give each group what the apps granted. Permissions that an administrator added stay."""
    for name, grants in _grants.items():
        group, _ = Group.objects.get_or_create(name=name)
        wanted = Q()
        for app_label, codename in grants:
            wanted |= Q(content_type__app_label=app_label, codename=codename)
        found = list(Permission.objects.filter(wanted))
        missing = grants - {(p.content_type.app_label, p.codename) for p in found}
        if missing:
            raise LookupError(f"no such permissions for {name}: {sorted(missing)}")
        group.permissions.add(*found)
