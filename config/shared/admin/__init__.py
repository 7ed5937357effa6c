"""The installation in the admin: staff, keys, brand, project, audit log, health.

Models that other packages register are taken out again: beat's schedules are written by
`config.celery`, groups by `config.shared.groups`, sign-in attempts by axes itself.
"""

from django.contrib import admin

from .audit import AuditEntryAdmin
from .health import HealthPages
from .keys import ApiKeyAdmin
from .project import BrandAdmin, ProjectAdmin
from .staff import StaffUserAdmin

NOT_FOR_PEOPLE = {"django_celery_beat", "axes", "auth"}

for model in [one for one in admin.site._registry if one._meta.app_label in NOT_FOR_PEOPLE]:
    admin.site.unregister(model)

__all__ = [
    "ApiKeyAdmin",
    "AuditEntryAdmin",
    "BrandAdmin",
    "HealthPages",
    "ProjectAdmin",
    "StaffUserAdmin",
]
