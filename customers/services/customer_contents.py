"""Customers as contents of a file, put together from reading, deciding and writing them."""

from django.utils.translation import gettext_lazy as _

from customers.importing import customer_rows, customers
from customers.importing.contents import Contents, register
from customers.importing.customer_targets import FIELD_LABELS, OPTIONS, targets

from .file_customers import writer


def declare() -> None:
    """Called once, when the app is ready."""
    register(
        Contents(
            key=customers.KEY,
            label=_("customers"),
            targets=targets,
            reader=customer_rows.reader,
            writer=writer,
            missing=customers.missing,
            seems=customers.seems,
            options=OPTIONS,
            counts=customers.COUNTS,
            fields=FIELD_LABELS,
            propose=customers.propose,
        )
    )
