"""Paying with a gift card, and giving back what returned units had been discounted."""

from config.shared.invalid import marked as _
from rewards.arithmetic.amounts import ArithmeticInputError, checked_amount


def gift_card_payment(balance: int, remaining_amount: int, asked: int | None = None) -> int:
    """Return what a gift card pays, in minor units: `min(balance, asked, remaining_amount)`.

    A gift card is a means of payment and taken last, after all discounts; `remaining_amount` is
    what is then still to be paid, shipping included. Without `asked` it pays as much as it can.
    Raises ArithmeticInputError for a negative amount.
    """
    payable = min(
        checked_amount("balance", balance), checked_amount("remaining_amount", remaining_amount)
    )
    return payable if asked is None else min(payable, checked_amount("asked", asked))


def refund_amount(line_discount: int, returned: int, quantity: int) -> int:
    """Return the discount given back in all once `returned` of `quantity` units came back.

    It is `floor(line_discount * returned / quantity)`: everything when all units are back. The
    discount for the units of one return is the difference to the amount before it, so the order
    of returns does not matter. Minor units. Raises ArithmeticInputError when more units come back
    than were bought.
    """
    checked_amount("line_discount", line_discount)
    if not 0 <= returned <= quantity or quantity < 1:
        raise ArithmeticInputError(
            _("Between 0 and %(quantity)s units can be returned."), quantity=quantity
        )
    return line_discount * returned // quantity
