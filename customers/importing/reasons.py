"""Why a line was not kept as a product line, and what to do about it."""

from enum import StrEnum
from typing import Final

from django.utils.translation import gettext_lazy as _

from .problems import Explanation


class Reason(StrEnum):
    """In the order in which a line is asked; the first that applies is its one outcome."""

    NOT_CSV = "not_csv"
    BLANK_LINE = "blank_line"
    NUL_BYTE = "nul_byte"
    WRONG_COLUMN_COUNT = "wrong_column_count"
    NO_CUSTOMER = "no_customer"
    BAD_CUSTOMER = "bad_customer"
    BAD_DOCUMENT = "bad_document"
    BAD_CODE = "bad_code"
    BAD_DATE = "bad_date"
    BAD_QUANTITY = "bad_quantity"
    QUANTITY_ZERO = "quantity_zero"
    QUANTITY_SIGN = "quantity_sign"
    BAD_PRICE = "bad_price"
    PRICE_NEGATIVE = "price_negative"
    PRICE_BELOW_PENNY = "price_below_penny"
    PRICE_PART_PENNY = "price_part_penny"
    TOO_LARGE = "too_large"
    FOREIGN_DOCUMENT = "foreign_document"
    DUPLICATE = "duplicate"
    ALREADY_STORED = "already_stored"
    NON_PRODUCT = "non_product"
    UNMATCHED_RETURN = "unmatched_return"


_CORRECT: Final = _("Correct the line in the source and import it again.")

EXPLANATIONS: Final[dict[Reason, Explanation]] = {
    Reason.NOT_CSV: Explanation(_("The quotation marks of this line do not pair up."), _CORRECT),
    Reason.BLANK_LINE: Explanation(_("The line is blank."), _("Nothing needs to be done.")),
    Reason.NUL_BYTE: Explanation(_("The line contains a NUL character."), _CORRECT),
    Reason.WRONG_COLUMN_COUNT: Explanation(
        _("The line has not as many columns as the header."), _CORRECT
    ),
    Reason.NO_CUSTOMER: Explanation(
        _("The line names no customer and belongs to nobody."),
        _("Add the customer in the source if it is known."),
    ),
    Reason.BAD_CUSTOMER: Explanation(
        _("The customer's id is longer than 120 characters."), _CORRECT
    ),
    Reason.BAD_DOCUMENT: Explanation(
        _("The invoice number is missing or longer than 120 characters."), _CORRECT
    ),
    Reason.BAD_CODE: Explanation(
        _("The stock code is missing or longer than 120 characters."), _CORRECT
    ),
    Reason.BAD_DATE: Explanation(
        _("The date is not a date between 1970 and 2199."),
        _("Write it like 2011-12-09 12:50:00 and import the line again."),
    ),
    Reason.BAD_QUANTITY: Explanation(
        _("The quantity is not a whole number of at most nine digits."), _CORRECT
    ),
    Reason.QUANTITY_ZERO: Explanation(
        _("The quantity is zero: nothing was bought or given back."), _("Nothing needs to be done.")
    ),
    Reason.QUANTITY_SIGN: Explanation(
        _("A cancellation needs a negative quantity, every other invoice a positive one."),
        _("Correct the quantity, or put C before the number of a cancellation."),
    ),
    Reason.BAD_PRICE: Explanation(
        _("The price is not a number."), _("Write it like 12.50, without signs or groups.")
    ),
    Reason.PRICE_NEGATIVE: Explanation(
        _("The price is negative."), _("Record a discount or a cancellation instead.")
    ),
    Reason.PRICE_BELOW_PENNY: Explanation(
        _("The price is below a penny, which nobody can pay."),
        _("Correct the price; 0 is accepted for a gift."),
    ),
    Reason.PRICE_PART_PENNY: Explanation(
        _("The price has a part of a penny."), _("Round it to whole pennies in the source.")
    ),
    Reason.TOO_LARGE: Explanation(
        _("The amount of the line is more than ten thousand million pounds."), _CORRECT
    ),
    Reason.FOREIGN_DOCUMENT: Explanation(
        _("This invoice belongs to another customer."),
        _("Give each customer's lines an invoice number of their own."),
    ),
    Reason.DUPLICATE: Explanation(
        _("All columns equal an earlier line."), _("Nothing needs to be done.")
    ),
    Reason.ALREADY_STORED: Explanation(
        _("The line came with an earlier file."), _("Nothing needs to be done.")
    ),
    Reason.NON_PRODUCT: Explanation(
        _("The code is no product: kept as a charge of its document."),
        _("Nothing needs to be done."),
    ),
    Reason.UNMATCHED_RETURN: Explanation(
        _("For units of this cancellation no earlier purchase is known."),
        _("Import older orders as well; the units then find theirs."),
    ),
}

REJECTS: Final = frozenset(Reason) - {
    Reason.NO_CUSTOMER,
    Reason.DUPLICATE,
    Reason.ALREADY_STORED,
    Reason.NON_PRODUCT,
    Reason.UNMATCHED_RETURN,
}
"""The reasons that mean something is wrong with the line itself."""
