"""An order with a voucher as django-oscar places it, for `tests.benchmarks.peers`.

Run by a Python that has django-oscar and none of ours: `DATABASE_URL` is an empty database. For
each number on a line of its input it places that many orders of three lines with the same voucher
of 15 %, and says in JSON how many seconds it took and what the last one costs.
"""

import json
import os
import sys
import time
from datetime import timedelta
from decimal import Decimal
from urllib.parse import urlsplit

import django
from django.conf import settings
from oscar import defaults

_SHOP = (
    *("address.apps.AddressConfig", "analytics.apps.AnalyticsConfig"),
    *("basket.apps.BasketConfig", "catalogue.apps.CatalogueConfig"),
    *("catalogue.reviews.apps.CatalogueReviewsConfig", "checkout.apps.CheckoutConfig"),
    *("communication.apps.CommunicationConfig", "customer.apps.CustomerConfig"),
    *("dashboard.apps.DashboardConfig", "offer.apps.OfferConfig", "order.apps.OrderConfig"),
    *("partner.apps.PartnerConfig", "payment.apps.PaymentConfig", "search.apps.SearchConfig"),
    *("shipping.apps.ShippingConfig", "voucher.apps.VoucherConfig"),
    "wishlists.apps.WishlistsConfig",
)
_DASHBOARDS = (
    *("catalogue", "communications", "offers", "orders", "pages", "partners", "ranges", "reports"),
    *("reviews", "shipping", "users", "vouchers"),
)
_database = urlsplit(os.environ["DATABASE_URL"])

settings.configure(
    **{name: getattr(defaults, name) for name in dir(defaults) if name.startswith("OSCAR_")},
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": _database.path.lstrip("/"),
            "USER": _database.username,
            "PASSWORD": _database.password,
            "HOST": _database.hostname,
            "PORT": _database.port,
            "CONN_MAX_AGE": None,
        }
    },
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    HAYSTACK_CONNECTIONS={"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}},
    INSTALLED_APPS=[
        *(f"django.contrib.{app}" for app in ("admin", "auth", "contenttypes", "sessions")),
        *(f"django.contrib.{app}" for app in ("messages", "staticfiles", "sites", "flatpages")),
        "oscar.config.Shop",
        *(f"oscar.apps.{app}" for app in _SHOP),
        *(
            f"oscar.apps.dashboard.{name}.apps.{name.capitalize()}DashboardConfig"
            for name in _DASHBOARDS
        ),
        *("widget_tweaks", "haystack", "treebeard", "django_tables2"),
    ],
    SECRET_KEY="nothing is signed",
    SITE_ID=1,
    USE_TZ=True,
)
django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.utils import timezone  # noqa: E402
from oscar.core.loading import get_class, get_model  # noqa: E402

Basket = get_model("basket", "Basket")
Voucher = get_model("voucher", "Voucher")


def _sell():
    """Three products, a customer, and a voucher of 15 % that may be used without end."""
    Product, ProductClass = (
        get_model("catalogue", "Product"),
        get_model("catalogue", "ProductClass"),
    )
    kind = ProductClass.objects.create(name="Things", requires_shipping=False, track_stock=True)
    partner = get_model("partner", "Partner").objects.create(name="Partner")
    products = []
    for line in range(3):
        product = Product.objects.create(
            title=f"Product {line}", product_class=kind, upc=f"p{line}"
        )
        get_model("partner", "StockRecord").objects.create(
            product=product,
            partner=partner,
            partner_sku=f"p{line}",
            price=Decimal(25),
            num_in_stock=1_000_000_000,
        )
        products.append(product)
    offers = {name: get_model("offer", name) for name in ("Range", "Benefit", "Condition")}
    everything = offers["Range"].objects.create(name="All", includes_all_products=True)
    offer = get_model("offer", "ConditionalOffer").objects.create(
        name="Fifteen percent",
        offer_type="Voucher",
        benefit=offers["Benefit"].objects.create(range=everything, type="Percentage", value=15),
        condition=offers["Condition"].objects.create(range=everything, type="Count", value=1),
    )
    now = timezone.now()
    voucher = Voucher.objects.create(
        name="Fifteen",
        code="FIFTEEN",
        usage=Voucher.MULTI_USE,
        start_datetime=now - timedelta(days=1),
        end_datetime=now + timedelta(days=365),
    )
    voucher.offers.add(offer)
    return products, get_user_model().objects.create_user("ann", "ann@example.com", "x")


def _place(products, user):
    basket = Basket.objects.create(owner=user)
    basket.strategy = get_class("partner.strategy", "Selector")().strategy(user=user)
    for product in products:
        basket.add_product(product, quantity=2)
    basket.vouchers.add(Voucher.objects.get(code="FIFTEEN"))
    get_class("offer.applicator", "Applicator")().apply(basket, user)
    method = get_class("shipping.methods", "Free")()
    charge = method.calculate(basket)
    total = get_class("checkout.calculators", "OrderTotalCalculator")().calculate(basket, charge)
    order = get_class("order.utils", "OrderCreator")().place_order(
        basket=basket, total=total, shipping_method=method, shipping_charge=charge, user=user
    )
    basket.submit()
    return order


def main():
    call_command("migrate", verbosity=0)
    products, user = _sell()
    print(json.dumps({"ready": True}), flush=True)
    for asked in sys.stdin:
        started = time.perf_counter()
        for _number in range(int(asked)):
            order = _place(products, user)
        seconds = time.perf_counter() - started
        costs = int(order.total_incl_tax * 100)
        print(json.dumps({"seconds": seconds, "costs": costs}), flush=True)


if __name__ == "__main__":
    main()
