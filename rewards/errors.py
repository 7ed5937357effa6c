"""What can go wrong with offers and codes."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from config.shared.errors import BadInput, Conflict, Forbidden, NotFound, Text
from rewards.models import Redemption


class PromotionInvalid(BadInput):
    """An offer that cannot be saved; `problems` maps the names of fields to what is wrong."""

    message = _("The offer cannot be saved.")

    def __init__(self, problems: Mapping[str, Text]) -> None:
        self.problems = dict(problems)
        lines = [f"{field}: {problem}" for field, problem in self.problems.items()]
        super().__init__(details=" ".join(lines))


class PromotionNameTaken(PromotionInvalid):
    """Another offer of the brand has the name, so that nobody could tell them apart."""

    status = 409
    key = "duplicate_found"

    def __init__(self) -> None:
        super().__init__({"name": _("Another offer has this name.")})


class PromotionDeleted(Conflict):
    """The offer was deleted; it cannot be changed any more."""

    message = _("This offer was deleted.")

    def __init__(self) -> None:
        super().__init__(details=_("Make a new one; its name is free."))


class PromotionNotFound(NotFound):
    """No offer of this brand has the id or the name."""

    message = _("There is no campaign with this id or name.")

    def __init__(self, wanted: str) -> None:
        super().__init__(resource_id=wanted, resource_type="campaign")


class StackingRulesChanged(Conflict):
    """Somebody else changed how offers combine; who comes second shall see it first."""

    message = _("Somebody else changed these rules meanwhile.")

    def __init__(self) -> None:
        super().__init__(details=_("Open the page again; nothing of yours was stored."))


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


class RedemptionNotFound(NotFound):
    """There is no redemption with this id."""

    message = _("There is no redemption with this id.")

    def __init__(self, public_id: str) -> None:
        super().__init__(resource_id=public_id, resource_type="redemption")


class AlreadyRolledBack(BadInput):
    """The redemption was taken back before; nothing is given back twice."""

    key = "already_rolled_back"
    message = _("This redemption was rolled back before.")

    def __init__(self, public_id: str) -> None:
        super().__init__(resource_id=public_id, resource_type="redemption")


class RedemptionFailed(BadInput):
    """A refused attempt took nothing, so nothing can be given back."""

    key = "invalid_redemption"
    message = _("This redemption was refused, so there is nothing to give back.")

    def __init__(self, public_id: str) -> None:
        super().__init__(resource_id=public_id, resource_type="redemption")


class NotTheParent(BadInput):
    """Codes redeemed together are taken back together, by their parent."""

    key = "invalid_redemption_parent"
    message = _("This redemption belongs to a stack.")

    def __init__(self, redemption: Redemption) -> None:
        parent = redemption.parent.public_id if redemption.parent else ""
        super().__init__(
            details=_("Use the parent redemption %(id)s.") % {"id": parent},
            resource_id=redemption.public_id,
            resource_type="redemption",
        )


class ReturnOfUnknownLine(BadInput):
    """The order of the redemption has no such line."""

    key = "invalid_return"

    def __init__(self, index: int, name: str) -> None:
        super().__init__(
            _("items[%(index)d]: the order has no line “%(name)s”.")
            % {"index": index, "name": name},
            details=_("Name lines as the order did: by source_id, sku_id or product_id."),
        )


class ReturnedTooMuch(BadInput):
    """More units come back than were bought, all returns together."""

    key = "invalid_return"

    def __init__(self, index: int, name: str, *, more: int) -> None:
        super().__init__(
            _("items[%(index)d]: %(more)d more of “%(name)s” come back than are still out.")
            % {"index": index, "more": more, "name": name},
            details=_("Count the units that were returned before."),
        )


class SessionNotFound(NotFound):
    """The session holds nothing of this code."""

    message = _("This session holds nothing of this code.")

    def __init__(self) -> None:
        super().__init__(
            details=_("It was redeemed, released or has expired."), resource_type="session"
        )


class OnlyTogether(BadInput):
    """The parent of a stack is taken back with all of the stack."""

    key = "invalid_redemption_parent"
    message = _("This redemption stands for several codes.")

    def __init__(self, public_id: str) -> None:
        super().__init__(
            details=_("Use /v1/redemptions/%(id)s/rollbacks.") % {"id": public_id},
            resource_id=public_id,
            resource_type="redemption",
        )


class PoolEmpty(Conflict):
    """No code of this offer waits for a customer, and none may be made."""

    key = "missing_vouchers"
    message = _("No code of this offer is left to give.")

    def __init__(self, *, wanted: int, found: int) -> None:
        super().__init__(
            details=_("Wanted %(wanted)d, left %(found)d: generate or import more codes.")
            % {"wanted": wanted, "found": found},
            resource_type="campaign",
        )


class AlreadyPublished(BadInput):
    """The code was given to somebody else before."""

    key = "voucher_already_published"
    message = _("This code belongs to another customer already.")

    def __init__(self, public_id: str) -> None:
        super().__init__(
            details=_("Give another code, or ask for any code of the offer."),
            resource_id=public_id,
            resource_type="voucher",
        )


class NotGivable(BadInput):
    """The code or its offer is switched off or over, so nobody is given it."""

    key = "no_voucher_suitable_for_publication"
    message = _("This code cannot be given to anybody now.")

    def __init__(self, details: Text) -> None:
        super().__init__(details=details, resource_type="voucher")


class ReferenceTaken(BadInput):
    """The same reference came with another request before."""

    key = "duplicate_source_id"
    message = _("This source_id was used for another publication.")

    def __init__(self) -> None:
        super().__init__(
            details=_("Send the same customer, offer and count again, or another source_id."),
            resource_type="publication",
        )


class RunOver(Conflict):
    """The making of codes is not in a state in which that can be done."""

    message = _("This is not possible any more: the work has ended or was changed meanwhile.")


class LiveInTestMode(Forbidden):
    """A key in test mode would change what live keys and people made."""

    key = "test_mode"
    message = _("A key in test mode changes only what such keys made.")

    def __init__(self) -> None:
        super().__init__(
            details=_("Use a live key, or try it on an offer that a key in test mode made.")
        )


class AlarmOver(Conflict):
    """Somebody else saw to the alarm meanwhile."""

    message = _("Somebody has seen to this alarm already.")
