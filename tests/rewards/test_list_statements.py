"""Every list of the API takes as many statements for many rows as for one."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.models import Product, Sku

from .makers import AT, make_generic, make_promotion, percent
from .shop import frozen, goods, shop

__all__ = ["frozen", "shop"]  # fixtures

pytestmark = pytest.mark.django_db

MUG = {"source_id": "mug", "quantity": 2, "price": 900}


def campaigns(shop, n):
    body = {
        "name": f"Campaign {n}",
        "voucher": {"type": "DISCOUNT_VOUCHER", "discount": {"type": "PERCENT", "percent_off": 5}},
        "vouchers_count": 2,
        "metadata": {"n": n},
    }
    return shop.post("campaigns", body)


def vouchers(shop, n):
    return shop.post(f"vouchers/OWN-{n}", {"discount": {"type": "PERCENT", "percent_off": 5}})


def publications(shop, n):
    campaigns(shop, n)
    body = {"campaign": {"name": f"Campaign {n}"}, "customer": {"source_id": f"c-{n}"}}
    return shop.post("publications", body)


def actions(shop, n):
    campaigns(shop, n)
    return shop.post(f"campaigns/Campaign {n}/import", [{"code": f"CARD-{n}"}])


def redemptions(shop, n):
    make_generic(make_promotion(percent(5), name=f"Offer {n}", holder_only=False), code=f"USE-{n}")
    return shop.redeem(f"USE-{n}", items=goods(1000), customer=f"c-{n}", source_id=str(n))


def of_one_code(shop, n):
    if n == 0:
        make_generic(code="MANY")
    return shop.redeem("MANY", items=goods(1000), customer=f"c-{n}", source_id=str(n))


def customers(shop, n):
    return shop.post("customers", {"source_id": f"c-{n}", "addresses": [{"label": "a"}]})


def orders(shop, n):
    body = {"source_id": f"o-{n}", "customer": {"source_id": f"c-{n}"}, "items": [MUG]}
    return shop.post("orders", body)


def returns(shop, n):
    orders(shop, n)
    items = [MUG | {"quantity": 1}]
    body = {"source_id": f"R-{n}", "order": {"source_id": f"o-{n}"}, "items": items}
    return shop.post("returns", body)


def products(shop, n):
    return shop.post("products", {"source_id": f"p-{n}", "category": f"Category {n}"})


def variants(shop, n):
    product, _made = Product.objects.get_or_create(source_id="mug", defaults={"created_at": AT})
    Sku.objects.create(product=product, source_id=f"mug-{n}", created_at=AT)
    return shop.client.get("/v1/products/mug")


LISTS = [
    ("campaigns", campaigns),
    ("vouchers", vouchers),
    ("publications", publications),
    ("async-actions", actions),
    ("redemptions", redemptions),
    ("vouchers/MANY/redemption", of_one_code),
    ("customers", customers),
    ("orders", orders),
    ("returns", returns),
    ("products", products),
    ("products/mug/skus", variants),
]


@pytest.mark.parametrize(("path", "make"), LISTS, ids=[path for path, _make in LISTS])
def test_a_list_of_many_takes_the_statements_of_a_list_of_one(shop, path, make):
    def listed():
        with CaptureQueriesContext(connection) as ran:
            answer = shop.client.get(f"/v1/{path}").json()
        return answer["total"], len(ran)

    assert make(shop, 0).status_code == 200
    few, statements = listed()
    for n in range(1, 5):
        made = make(shop, n)
        assert made.status_code == 200, made.content
    many, then = listed()

    assert many >= few + 4
    assert then == statements <= 8
