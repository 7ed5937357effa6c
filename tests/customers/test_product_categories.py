"""Categories: written in one way, sensitive by their name until a person decides."""

import pytest

from config.shared.actors import SYSTEM
from config.shared.models import AuditEntry
from customers.asked import AskedProduct
from customers.models import Product, ProductCategory, PurchaseProfile, PurchaseRebuild
from customers.purchases import purchases_of
from customers.sensitive import Topic, topic_of
from customers.services import purchase_rebuilds, purchases
from customers.services.categories import decide_sensitivity, resolve_categories
from customers.services.products import receive_products
from segments.errors import RuleError
from segments.selectors import count
from segments.services.segments import save_segment
from tests.factories import NOON, IdentityFactory, OrderFactory, OrderLineFactory


@pytest.mark.parametrize(
    ("name", "topic"),
    [
        ("Pharmacy", Topic.HEALTH),
        ("Men's Health", Topic.HEALTH),
        ("SAĞLIK & KİŞİSEL BAKIM", Topic.HEALTH),
        ("Weight-loss teas", Topic.WEIGHT),
        ("Weights and dumbbells", None),
        ("Hamilelik Ürünleri", Topic.PREGNANCY),
        ("Doğum Günü", None),
        ("Maternity/Nursing", Topic.PREGNANCY),
        ("Tesettür Giyim", Topic.RELIGION),
        ("Dining", None),
        ("Political books", Topic.POLITICS),
        ("Editörün Seçimi", None),
        ("Kitchen", None),
        ("", None),
    ],
)
def test_what_looks_sensitive(name, topic):
    assert topic_of(name) == topic


def tell(code="P1", **fields):
    [outcome] = receive_products(asked=[AskedProduct(source_id=code, fields=fields)], at=NOON)
    assert outcome.error is None
    return Product.objects.get(source_id=code)


@pytest.mark.django_db
class TestNaming:
    def test_however_it_is_written_it_is_one_category(self):
        first = tell("P1", category="Kitchen")
        second = tell("P2", categories=["KITCHEN ", "Gifts"])

        assert first.categories == ["Kitchen"]
        assert (second.category, second.categories) == ("Kitchen", ["Kitchen", "Gifts"])
        assert sorted(ProductCategory.objects.values_list("key", flat=True)) == [
            "gifts",
            "kitchen",
        ]

    @pytest.mark.parametrize(
        ("then", "main", "names"),
        [
            ({"category": "Gifts"}, "Gifts", ["Gifts", "Sale"]),
            ({"category": "Sale"}, "Sale", ["Sale"]),
            ({"category": ""}, "Sale", ["Sale"]),
            ({"categories": ["Sale", "Kitchen"]}, "Kitchen", ["Sale", "Kitchen"]),
            ({"categories": ["Gifts"]}, "Gifts", ["Gifts"]),
            ({"categories": []}, "", []),
            ({"category": "Sale", "categories": ["Gifts"]}, "Sale", ["Sale", "Gifts"]),
            ({"name": "Cup"}, "Kitchen", ["Kitchen", "Sale"]),
        ],
    )
    def test_the_main_category_is_one_of_all(self, then, main, names):
        tell(categories=["Kitchen", "Sale"])

        product = tell(**then)

        assert (product.category, product.categories) == (main, names)

    def test_a_name_that_looks_sensitive_starts_as_sensitive(self):
        resolve_categories(["Eczane", "Kitchen"], at=NOON)

        flags = dict(ProductCategory.objects.values_list("name", "is_sensitive"))
        assert flags == {"Eczane": True, "Kitchen": False}


@pytest.fixture
def bought(db):
    """Who bought pills and a cup."""
    identity = IdentityFactory()
    order = OrderFactory(identity=identity)
    for code, category, price in (("pills", "Pharmacy", 900), ("cup", "Kitchen", 100)):
        product = tell(code, category=category)
        OrderLineFactory(order=order, product=product, unit_amount=price, quantity=1, amount=price)
    purchases.refresh([identity.customer_id])
    return identity.customer_id


def rule(*codes, cmp="in"):
    return {
        "op": "and",
        "rules": [{"field": "product.bought", "cmp": cmp, "value": list(codes)}],
    }


def test_no_rule_may_ask_for_a_sensitive_product(bought):
    with pytest.raises(RuleError, match="pills"):
        save_segment(name="Ill", rules=rule("cup", "pills"), actor=SYSTEM)

    save_segment(name="Cups", rules=rule("cup"), actor=SYSTEM)


def test_no_rule_may_ask_for_a_sensitive_category(bought):
    asked = {"field": "product.category_bought", "cmp": "in", "value": ["PHARMACY"]}
    narrowed = {
        "field": "orders.count",
        "cmp": "gte",
        "value": 1,
        "where": [{"field": "product.category", "cmp": "in", "value": ["Pharmacy"]}],
    }
    for condition in (asked, narrowed):
        with pytest.raises(RuleError, match=r"(?i)pharmacy"):
            save_segment(name="Ill", rules={"op": "and", "rules": [condition]}, actor=SYSTEM)
        assert count({"op": "and", "rules": [condition]}, at=NOON) == 0


def test_what_is_not_harmless_is_not_found_as_the_rest_either(bought):
    rest = {
        "field": "orders.count",
        "cmp": "gte",
        "value": 1,
        "where": [{"field": "product.category", "cmp": "not_in", "value": ["Kitchen"]}],
    }

    assert count({"op": "and", "rules": [rest]}, at=NOON) == 0


def test_a_rule_from_before_finds_nobody(bought):
    assert count(rule("pills"), at=NOON) == 0
    assert count(rule("cup"), at=NOON) == 1


class TestDeciding:
    def test_a_person_decides_and_everything_follows(self, bought):
        category = ProductCategory.objects.get(name="Pharmacy")
        assert purchases_of([bought])[bought].favourite_category == "Kitchen"

        decide_sensitivity(category=category, is_sensitive=False, actor=SYSTEM, at=NOON)

        assert count(rule("pills"), at=NOON) == 1
        assert AuditEntry.objects.filter(action="category.harmless").exists()
        assert purchase_rebuilds.work(at=NOON) == 1
        assert PurchaseRebuild.objects.get().finished_at == NOON
        assert PurchaseProfile.objects.get().favourite_category == "Pharmacy"

    def test_what_becomes_sensitive_is_hidden_at_once(self, bought):
        category = ProductCategory.objects.get(name="Kitchen")

        decide_sensitivity(category=category, is_sensitive=True, actor=SYSTEM, at=NOON)

        assert PurchaseProfile.objects.get().favourite_category == "Kitchen"  # until the rebuild
        assert purchases_of([bought])[bought].favourite_category == ""
        purchase_rebuilds.work(at=NOON)
        assert PurchaseProfile.objects.get().favourite_category == ""

    def test_a_decision_stays_whatever_products_come(self, bought):
        category = ProductCategory.objects.get(name="Pharmacy")
        decide_sensitivity(category=category, is_sensitive=False, actor=SYSTEM, at=NOON)

        tell("more", category="PHARMACY")

        category.refresh_from_db()
        assert not category.is_sensitive

    def test_agreeing_with_the_name_needs_no_rebuild(self, bought):
        category = ProductCategory.objects.get(name="Pharmacy")

        decide_sensitivity(category=category, is_sensitive=True, actor=SYSTEM, at=NOON)

        category.refresh_from_db()
        assert category.decided_at == NOON
        assert not PurchaseRebuild.objects.exists()


def test_a_rebuild_that_is_wanted_again_begins_again(db):
    IdentityFactory.create_batch(3)
    purchase_rebuilds.want_rebuild(at=NOON)
    PurchaseRebuild.objects.update(position=10**9, customers_done=3)

    purchase_rebuilds.want_rebuild(at=NOON)

    assert purchase_rebuilds.work(at=NOON) == 3
    assert purchase_rebuilds.work(at=NOON) == 0
