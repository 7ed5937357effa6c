"""What can be wrong with a row of an order file, beside what can be wrong with any row."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from .problems import Explanation, declare

NO_NUMBER: Final = "order_without_number"
NO_CUSTOMER: Final = "order_without_customer"
NO_MOMENT: Final = "order_without_date"
BAD_CURRENCY: Final = "bad_currency"
NO_PRODUCT: Final = "item_without_product"
BAD_QUANTITY: Final = "bad_quantity"
PART_QUANTITY: Final = "part_quantity"
NO_PRICE: Final = "item_without_price"
LARGE_AMOUNT: Final = "too_large"
NEGATIVE_PRICE: Final = "price_negative"
UNKNOWN_STATUS: Final = "unknown_order_status"
SEVERAL_CUSTOMERS: Final = "order_of_several_customers"
SEVERAL_CURRENCIES: Final = "order_of_several_currencies"
OTHER_ROW: Final = "other_row_of_the_order"
SCATTERED: Final = "scattered_order"
TOO_MANY_ROWS: Final = "too_many_rows_of_one_order"
UNKNOWN_CUSTOMER: Final = "unknown_customer"
SHARED_EMAIL: Final = "shared_email"
REFUSED: Final = "order_refused"

_CORRECT: Final = _("Correct the row and import it again.")
_COLUMNS: Final = _("Check the choice of columns.")

declare(
    {
        NO_NUMBER: Explanation(
            _("The row has no order number, and no order stands above it."),
            _("Fill in the order number."),
        ),
        NO_CUSTOMER: Explanation(
            _("The order names no customer and belongs to nobody."),
            _("Fill in the customer's number or e-mail address."),
        ),
        NO_MOMENT: Explanation(
            _("The order has no date."), _("Fill in when the order was placed.")
        ),
        BAD_CURRENCY: Explanation(
            _("This is not a currency."), _("Use a code of ISO 4217 such as EUR or TRY.")
        ),
        NO_PRODUCT: Explanation(
            _("The row names no product."), _("Fill in the product's code or name.")
        ),
        BAD_QUANTITY: Explanation(
            _("The quantity is not a whole number up to a million."), _CORRECT
        ),
        PART_QUANTITY: Explanation(
            _("The quantity has a part, but orders count whole units."),
            _("Write whole units, for example grams instead of kilograms."),
        ),
        NO_PRICE: Explanation(
            _("The row has neither a price nor a total."),
            _("Fill in the price; 0 is accepted for a gift."),
        ),
        LARGE_AMOUNT: Explanation(_("The amount is larger than any order."), _CORRECT),
        NEGATIVE_PRICE: Explanation(
            _("The price is negative."), _("Write returns with a negative quantity instead.")
        ),
        UNKNOWN_STATUS: Explanation(
            _("Nobody knows this state of an order."),
            _("Use paid, fulfilled, pending or cancelled, or do not import the column."),
        ),
        SEVERAL_CUSTOMERS: Explanation(
            _("The rows of this order name different customers."),
            _("Give each customer's order a number of its own."),
        ),
        SEVERAL_CURRENCIES: Explanation(
            _("The rows of this order name different currencies."), _CORRECT
        ),
        OTHER_ROW: Explanation(
            _("Another row of the same order cannot be used; an order is taken whole or not."),
            _("Correct that row; this one is in order."),
        ),
        SCATTERED: Explanation(
            _("The rows of this order do not stand together in the file."),
            _("Sort the whole file by order number and import all of it again."),
        ),
        TOO_MANY_ROWS: Explanation(_("An order of more than 2,000 rows is not taken."), _COLUMNS),
        UNKNOWN_CUSTOMER: Explanation(
            _("There is no such customer."),
            _("Import the customers first, or let the import create them."),
        ),
        SHARED_EMAIL: Explanation(
            _("Two or more customers have this e-mail address."),
            _("Fill in the customer's number, or merge the two."),
        ),
        REFUSED: Explanation(_("The order cannot be taken."), _CORRECT),
    }
)
