from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MessagingConfig(AppConfig):
    name = "messaging"
    verbose_name = _("Messages")

    def ready(self) -> None:
        from messaging import (
            gate,
            links,
            panels,
            permissions,
            rights,
            segment_fields,
            timeline,
            variables,
        )

        permissions.declare()
        panels.declare()
        timeline.declare()
        rights.declare()
        segment_fields.declare()
        variables.register_all()
        links.register_all()
        gate.fill_own()
