"""What can go wrong with offers and codes."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from config.shared.errors import BadInput, Conflict, NotFound, Text


class PromotionInvalid(BadInput):
    """An offer that cannot be saved; `problems` maps the names of fields to what is wrong."""

    message = _("The offer cannot be saved.")

    def __init__(self, problems: Mapping[str, Text]) -> None:
        self.problems = dict(problems)
        lines = [f"{field}: {problem}" for field, problem in self.problems.items()]
        super().__init__(details=" ".join(lines))


class CodeTaken(Conflict):
    """The code exists already, perhaps in another offer or in other letters of case."""

    key = "duplicate_found"
    message = _("This code exists already.")


class CodesExhausted(Conflict):
    """The pattern hardly makes codes any more that do not exist yet."""

    message = _("The pattern of this offer finds no free codes any more.")

    def __init__(self) -> None:
        super().__init__(details=_("Add more “#” to its code pattern."))


class VoucherNotFound(NotFound):
    """No voucher of this brand has the code."""

    message = _("There is no voucher with this code.")

    def __init__(self, code: str) -> None:
        super().__init__(
            details=_("Check the spelling of the code."),
            resource_id=code,
            resource_type="voucher",
        )


class CustomerNotFound(NotFound):
    """There is no customer with this id of ours."""

    message = _("There is no customer with this id.")

    def __init__(self, public_id: str) -> None:
        super().__init__(
            details=_("Send the shop's own id as source_id; then the customer is created."),
            resource_id=public_id,
            resource_type="customer",
        )
