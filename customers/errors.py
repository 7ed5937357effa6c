"""What can be wrong with what we are told about a customer."""

from django.utils.translation import gettext_lazy as _

from config.shared.errors import BadInput, NotFound


class UnusableBirthDate(BadInput):
    key = "invalid_birthdate"
    message = _("This is not a possible birth date.")


class UnusableConsent(BadInput):
    key = "invalid_consent"
    message = _("This consent cannot be recorded.")


class UnknownCustomer(NotFound):
    key = "customer_not_found"
    message = _("There is no such customer.")
