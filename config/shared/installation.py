"""Changing what the installation is and who works in it."""

from collections.abc import Sequence

from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from config.shared import audit
from config.shared.actors import Actor
from config.shared.errors import BadInput, Forbidden, Refused
from config.shared.groups import ADMINISTRATOR
from config.shared.models import Brand, Project, StaffUser

BRAND_FIELDS = (
    "name",
    "sender_name",
    "sender_email",
    "colour",
    "website",
    "postal_address",
)
PROJECT_FIELDS = (
    "name",
    "currency",
    "country",
    "zone",
    "language",
    "gated_categories",
    "unpermitted_events",
    "consent_age",
    "double_opt_in",
)
COLLEAGUE_FIELDS = ("email", "first_name", "last_name", "language", "is_active")


def save_brand(*, brand: Brand, actor: Actor) -> Brand:
    """Write a brand as it is now in memory. Locks the stored row."""
    with transaction.atomic():
        before = Brand.objects.select_for_update().filter(pk=brand.pk).first()
        changed = _changed(before, brand, BRAND_FIELDS)
        if changed:
            brand.save()
            action = "brand.changed" if before else "brand.created"
            audit.record(actor=actor, action=action, of=brand, fields=changed)
    return brand


def save_project(*, project: Project, actor: Actor) -> Project:
    """Write the project's defaults as they are now in memory; raises BadInput."""
    try:
        project.clean()
    except ValidationError as error:
        raise BadInput(" ".join(error.messages)) from error
    with transaction.atomic():
        before = Project.objects.select_for_update().get(pk=1)
        changed = _changed(before, project, PROJECT_FIELDS)
        if changed:
            project.save()
            audit.record(actor=actor, action="project.changed", of=project, fields=changed)
    return project


def save_colleague(
    *,
    colleague: StaffUser,
    groups: Sequence[Group],
    actor: Actor,
    by: StaffUser,
    password: str = "",
) -> StaffUser:
    """Write a colleague as they are now in memory, in exactly these groups.

    A new one needs a password. Raises Forbidden where somebody without all rights changes somebody
    with all rights, Refused where nobody would be left to administer, BadInput for weak passwords.
    """
    colleague.email = colleague.email.strip().lower()
    with transaction.atomic():
        before = StaffUser.objects.select_for_update().filter(pk=colleague.pk).first()
        if before and before.is_superuser and not by.is_superuser:
            raise Forbidden(_("Only somebody with all rights may change this colleague."))
        changed = _changed(before, colleague, COLLEAGUE_FIELDS)
        if password or before is None:
            _set_password(colleague, password)
            changed.append("password")
        colleague.is_staff = True
        colleague.save()
        if {group.pk for group in groups} != set(colleague.groups.values_list("pk", flat=True)):
            colleague.groups.set(groups)
            changed.append("groups")
        _check_somebody_administers()
        if changed:
            action = "colleague.changed" if before else "colleague.added"
            audit.record(actor=actor, action=action, of=colleague, fields=changed)
    return colleague


def _set_password(colleague: StaffUser, password: str) -> None:
    try:
        validate_password(password, colleague)
    except ValidationError as error:
        raise BadInput(
            _("This password is too easy to guess."), details=" ".join(error.messages)
        ) from error
    colleague.set_password(password)


def _check_somebody_administers() -> None:
    active = StaffUser.objects.filter(is_active=True)
    if not (
        active.filter(is_superuser=True).exists()
        or active.filter(groups__name=ADMINISTRATOR).exists()
    ):
        raise Refused(
            _("Nobody would be left to administer this installation."),
            details=_("Make somebody else an administrator first."),
        )


def _changed(before: object | None, now: object, fields: Sequence[str]) -> list[str]:
    return [f for f in fields if before is None or getattr(before, f) != getattr(now, f)]
