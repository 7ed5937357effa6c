"""Where the columns of a list of orders can go, and how systems call them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from .contents import Columns, Option, Target
from .problems import Text

ORDER: Final = _("Order")
CUSTOMER: Final = _("Customer")
ITEM: Final = _("Item")
RETURNED: Final = _("Returned")

TARGETS: Final = (
    Target(
        "order.number",
        _("order number"),
        ORDER,
        (
            "Name",
            "Order Number",
            "Order",
            "Order #",
            "Order No",
            "Order ID",
            "Order Name",
            "InvoiceNo",
            "Invoice Number",
            "Invoice",
            "Sipariş No",
            "Sipariş Numarası",
            "Sipariş",
            "Fatura No",
        ),
        help=_("Rows with the same number are one order. Empty: the order of the row above."),
    ),
    Target(
        "order.placed_at",
        _("placed"),
        ORDER,
        (
            "Created at",
            "Order Date",
            "Date",
            "Date Created",
            "InvoiceDate",
            "Ordered at",
            "Placed at",
            "Purchase Date",
            "Sipariş Tarihi",
            "Tarih",
            "Fatura Tarihi",
        ),
    ),
    Target(
        "order.status",
        _("state of the payment or the order"),
        ORDER,
        ("Financial Status", "Order Status", "Status", "Payment Status", "Durum", "Sipariş Durumu"),
    ),
    Target(
        "order.delivery",
        _("state of the delivery"),
        ORDER,
        ("Fulfillment Status", "Delivery Status", "Kargo Durumu", "Teslimat Durumu"),
    ),
    Target(
        "order.cancelled",
        _("cancelled"),
        ORDER,
        ("Cancelled at", "Canceled at", "Cancelled", "Canceled", "İptal", "İptal Tarihi"),
        help=_("Yes and no, or the moment of cancelling."),
    ),
    Target(
        "order.cancel_reason",
        _("reason of cancellation"),
        ORDER,
        ("Cancel Reason", "Cancellation Reason", "İptal Nedeni"),
    ),
    Target("order.currency", _("currency"), ORDER, ("Currency", "Order Currency", "Para Birimi")),
    Target(
        "order.discount",
        _("discount on the order"),
        ORDER,
        (
            "Discount Amount",
            "Order Discount",
            "Cart Discount",
            "Cart Discount Amount",
            "İndirim",
            "İndirim Tutarı",
            "Sepet İndirimi",
        ),
    ),
    Target(
        "order.shipping",
        _("shipping"),
        ORDER,
        (
            "Shipping",
            "Order Shipping",
            "Shipping Cost",
            "Order Shipping Amount",
            "Shipping Total",
            "Kargo",
            "Kargo Ücreti",
        ),
    ),
    Target(
        "order.total",
        _("total of the order"),
        ORDER,
        (
            "Total",
            "Order Total",
            "Order Total Amount",
            "Grand Total",
            "Toplam",
            "Genel Toplam",
            "Sipariş Tutarı",
        ),
        help=_("What it holds beyond goods, shipping and discount is kept as a charge: taxes."),
    ),
    Target("order.gift", _("gift"), ORDER, ("Gift", "Is Gift", "Hediye"), help=_("Yes or no.")),
    Target("order.gift_reason", _("reason of the gift"), ORDER, ("Gift Reason", "Hediye Nedeni")),
    Target(
        "order.changed_at",
        _("changed in the shop"),
        ORDER,
        ("Updated at", "Modified at", "Date Modified", "Güncelleme Tarihi"),
        help=_("A row older than what is stored changes nothing."),
    ),
    Target(
        "customer.id",
        _("customer's number"),
        CUSTOMER,
        (
            "Customer ID",
            "CustomerID",
            "Customer Number",
            "Customer User ID",
            "User ID",
            "Müşteri No",
            "Müşteri Numarası",
            "Müşteri ID",
        ),
    ),
    Target(
        "customer.email",
        _("customer's e-mail"),
        CUSTOMER,
        (
            "Email",
            "E-mail",
            "Customer Email",
            "Billing Email",
            "Email (Billing)",
            "E-posta",
            "Eposta",
            "Müşteri E-posta",
        ),
        help=_("Finds the customer where there is no number."),
    ),
    Target(
        "customer.first_name",
        _("first name"),
        CUSTOMER,
        ("Billing First Name", "First Name", "First Name (Billing)", "Ad", "Adı"),
        help=_("Only for customers whom nobody knows yet."),
    ),
    Target(
        "customer.last_name",
        _("last name"),
        CUSTOMER,
        ("Billing Last Name", "Last Name", "Last Name (Billing)", "Soyad", "Soyadı"),
        help=_("Only for customers whom nobody knows yet."),
    ),
    Target(
        "customer.full_name",
        _("full name"),
        CUSTOMER,
        ("Billing Name", "Customer Name", "Customer", "Müşteri", "Müşteri Adı", "Ad Soyad"),
        help=_("Only for customers whom nobody knows yet."),
    ),
    Target(
        "customer.country",
        _("country"),
        CUSTOMER,
        ("Billing Country", "Country", "Country Code (Billing)", "Ülke"),
        help=_("Only for customers whom nobody knows yet."),
    ),
    Target(
        "customer.city",
        _("city"),
        CUSTOMER,
        ("Billing City", "City", "City (Billing)", "Şehir", "İl"),
        help=_("Only for customers whom nobody knows yet."),
    ),
    Target(
        "product.code",
        _("product code"),
        ITEM,
        (
            "Lineitem sku",
            "SKU",
            "StockCode",
            "Product Code",
            "Product ID",
            "Item SKU",
            "Product SKU",
            "Stok Kodu",
            "Ürün Kodu",
        ),
    ),
    Target(
        "product.name",
        _("product name"),
        ITEM,
        (
            "Lineitem name",
            "Description",
            "Product",
            "Product Name",
            "Item Name",
            "Item",
            "Ürün",
            "Ürün Adı",
        ),
    ),
    Target(
        "product.category",
        _("category"),
        ITEM,
        ("Category", "Product Category", "Product Type", "Kategori"),
    ),
    Target("product.brand", _("brand"), ITEM, ("Vendor", "Brand", "Marka")),
    Target(
        "item.quantity",
        _("quantity"),
        ITEM,
        ("Lineitem quantity", "Quantity", "Qty", "Quantity (- Refund)", "Adet", "Miktar"),
        help=_("A negative one was given back. Without such a column it is 1."),
    ),
    Target(
        "item.price",
        _("price of one"),
        ITEM,
        (
            "Lineitem price",
            "UnitPrice",
            "Unit Price",
            "Price",
            "Item Cost",
            "Item Price",
            "Birim Fiyat",
            "Fiyat",
        ),
    ),
    Target(
        "item.total",
        _("total of the row"),
        ITEM,
        (
            "Line Total",
            "Item Total",
            "Row Total",
            "Order Line Total",
            "Order Line Subtotal",
            "Satır Toplamı",
            "Tutar",
        ),
        help=_("Used where a row has no price of one."),
    ),
    Target(
        "item.discount",
        _("discount on the row"),
        ITEM,
        ("Line Discount", "Item Discount", "Row Discount", "Satır İndirimi"),
    ),
    Target(
        "return.is_return",
        _("given back"),
        RETURNED,
        ("Is Return", "Returned", "Return", "İade"),
        help=_("Yes or no."),
    ),
    Target(
        "return.order_number",
        _("order that was returned"),
        RETURNED,
        ("Original Order", "Original Order Number", "Parent Order", "Asıl Sipariş No"),
    ),
    Target(
        "return.amount",
        _("sum given back"),
        RETURNED,
        (
            "Refunded Amount",
            "Order Refund Amount",
            "Amount Refunded",
            "Refund Amount",
            "İade Tutarı",
        ),
        help=_("Kept as a return, unless the whole order was cancelled."),
    ),
    Target(
        "return.reason",
        _("reason of the return"),
        RETURNED,
        ("Return Reason", "Refund Reason", "İade Nedeni"),
    ),
)

MAKE_CUSTOMERS: Final = "unknown_customers"
OPTIONS: Final = (
    Option(
        MAKE_CUSTOMERS,
        _("Customers nobody knows yet"),
        (
            ("create", _("create them, without any consent")),
            ("reject", _("reject their orders")),
        ),
    ),
)

_SPEAK_FOR_ORDERS: Final = frozenset(
    {
        "order number", "order id", "order", "order date", "order no", "order status",
        "financial status", "lineitem name", "lineitem quantity", "invoiceno", "invoicedate",
        "stockcode", "sku", "quantity", "qty", "unit price", "unitprice", "order total",
        "item name", "item cost", "siparis no", "siparis numarasi", "siparis tarihi", "adet",
        "birim fiyat", "siparis durumu", "stok kodu", "urun adi", "line total", "currency",
    }
)  # fmt: skip


def columns_by_target(columns: Columns) -> dict[str, int]:
    """Which column goes where; a target takes one column here."""
    return {
        str(about["target"]): int(column)
        for column, about in columns.items()
        if about.get("target")
    }


def targets() -> Sequence[Target]:
    return TARGETS


def seems(keys: Sequence[str]) -> float:
    """Four headings that only lists of orders have are certainty."""
    return min(1.0, len(_SPEAK_FOR_ORDERS.intersection(keys)) / 4)


def missing(columns: Columns, options: Mapping[str, Any]) -> list[Text]:
    """What the mapping lacks before it can be checked, as sentences."""
    mapped = {str(about.get("target", "")) for about in columns.values()}
    lacks: list[Text] = []
    if "order.number" not in mapped:
        lacks.append(_("Choose the column with the order number."))
    if "order.placed_at" not in mapped:
        lacks.append(_("Choose the column that says when the order was placed."))
    if not mapped & {"customer.id", "customer.email"}:
        lacks.append(_("Choose a column with the customer's number or e-mail address."))
    if not mapped & {"product.code", "product.name", "order.total"}:
        lacks.append(_("Choose the columns of the products, or the total of the order."))
    if mapped & {"product.code", "product.name"} and not mapped & {"item.price", "item.total"}:
        lacks.append(_("Choose the column with the price of one, or the total of the row."))
    return lacks
