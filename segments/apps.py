from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SegmentsConfig(AppConfig):
    name = "segments"
    verbose_name = _("Segments")

    def ready(self) -> None:
        from segments import panels, permissions, rights
        from segments.rules import customer_fields

        permissions.declare()
        panels.declare()
        rights.declare()
        customer_fields.register_all()
