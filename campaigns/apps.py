from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CampaignsConfig(AppConfig):
    name = "campaigns"
    verbose_name = _("Campaigns")

    def ready(self) -> None:
        from django.db.models.signals import post_migrate

        from campaigns import (
            gate,
            merging,
            needs,
            panels,
            permissions,
            rights,
            segment_fields,
            timeline,
            variables,
        )
        from config.shared import groups

        permissions.declare()
        panels.declare()
        timeline.declare()
        rights.declare()
        segment_fields.declare()
        merging.declare()
        needs.declare()
        gate.fill()
        variables.register_all()
        # The top app comes last: by then the permissions of every app exist.
        post_migrate.connect(
            lambda **_kwargs: groups.sync(), sender=self, weak=False, dispatch_uid="groups"
        )
