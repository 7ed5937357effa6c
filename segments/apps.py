from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SegmentsConfig(AppConfig):
    name = "segments"
    verbose_name = _("Segments")

    def ready(self) -> None:
        from segments import (
            attribute_uses,
            derived_uses,
            fields,
            merging,
            panels,
            permissions,
            rights,
            timeline,
            uses,
        )

        permissions.declare()
        panels.declare()
        timeline.declare()
        rights.declare()
        merging.declare()
        fields.register_all()
        derived_uses.declare()
        attribute_uses.declare()
        uses.declare()
