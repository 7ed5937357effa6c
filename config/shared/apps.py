from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class SharedConfig(AppConfig):
    name = "config.shared"
    label = "shared"
    verbose_name = _("Installation")

    def ready(self) -> None:
        from django.db.models.signals import post_migrate

        from config.shared import essentials, permissions

        permissions.declare()
        post_migrate.connect(
            lambda **_kwargs: essentials.ensure(),
            sender=self,
            weak=False,
            dispatch_uid="essentials",
        )


class VesileAdminConfig(AdminConfig):
    default_site = "config.shared.admin_site.VesileAdminSite"
