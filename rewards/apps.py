from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RewardsConfig(AppConfig):
    name = "rewards"
    verbose_name = _("Rewards")

    def ready(self) -> None:
        from rewards import (
            bulk,
            panels,
            permissions,
            rights,
            segment_fields,
            segment_uses,
            telling,
            timeline,
        )

        permissions.declare()
        bulk.declare()
        panels.declare()
        timeline.declare()
        rights.declare()
        segment_fields.declare()
        telling.declare()
        segment_uses.declare()
