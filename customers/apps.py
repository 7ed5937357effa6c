from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CustomersConfig(AppConfig):
    name = "customers"
    verbose_name = _("Customers")

    def ready(self) -> None:
        from config.shared import data_kinds
        from customers import (
            bulk,
            derived,
            holdings,
            interest_panel,
            merging_own,
            nobodys,
            own_panels,
            permissions,
            person_panels,
            readiness,
            receipts,
            recipients,
            rights_panels,
            selectors,
        )
        from customers.services import customer_contents, order_contents

        permissions.declare()
        bulk.declare()
        own_panels.declare()
        person_panels.declare()
        interest_panel.declare()
        derived.declare()
        holdings.declare()
        merging_own.declare()
        nobodys.declare()
        readiness.declare()
        rights_panels.declare()
        customer_contents.declare()
        order_contents.declare()
        data_kinds.register(selectors.kinds_of_data)
        receipts.name_recipients(recipients.names)
