"""What can be wrong with what we are told about a customer."""

from django.utils.translation import gettext_lazy as _

from config.shared.errors import BadInput, Conflict, NotFound
from customers.values import UnusableValue


class UnusableField(BadInput):
    """What was told of one field of a customer cannot be stored; `field` is its name."""

    key = "invalid_customer"
    message = _("This customer cannot be stored.")

    def __init__(self, field: str, error: UnusableValue) -> None:
        self.field = field
        self.error = error
        super().__init__(details=f"{field}: {error.in_words()}")


class UnusableConsent(BadInput):
    key = "invalid_consent"
    message = _("This consent cannot be recorded.")


class UnusableOrder(BadInput):
    key = "invalid_order"
    message = _("This order cannot be recorded.")


class UnusableReturn(BadInput):
    key = "invalid_return"
    message = _("This return cannot be recorded.")


class UnknownCustomer(NotFound):
    key = "customer_not_found"
    message = _("There is no such customer.")


class UnknownAdviser(BadInput):
    """A customer was told with an adviser whom nobody defined."""

    key = "adviser_not_found"
    message = _("There is no adviser with this id.")

    def __init__(self, source_id: str) -> None:
        super().__init__(
            details=_("Define the adviser in the admin first, or leave adviser out."),
            resource_id=source_id,
            resource_type="adviser",
        )


class UnknownOrder(NotFound):
    message = _("There is no order with this id.")

    def __init__(self, public_id: str) -> None:
        super().__init__(
            details=_("Send the shop's order number as source_id; then the order is created."),
            resource_id=public_id,
            resource_type="order",
        )


class OrderOfAnother(Conflict):
    """The order was told of with another customer before."""

    key = "order_of_another_customer"
    message = _("The order belongs to another customer.")

    def __init__(self) -> None:
        super().__init__(details=_("Send it with the customer it was placed by, or without one."))


class ReturnOfAnother(Conflict):
    """The order, or the return itself, is known to be of another customer."""

    key = "return_of_another_customer"
    message = _("The return belongs to another customer.")

    def __init__(self) -> None:
        super().__init__(details=_("Send it with the customer of its order, or without one."))
