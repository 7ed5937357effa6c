"""Random carts through the whole service: redeemed, returned line by line, taken back."""

from random import Random

import pytest
from django.db.models import Sum

from config.shared.models import ApiKey
from rewards.asked import AskedItem, AskedOrder, Attempt
from rewards.models import Budget, BudgetEntry, Redemption, Return, ReturnLine
from rewards.services.redemptions import redeem
from rewards.services.returns import ReturnedItem, record_return
from rewards.services.rollbacks import roll_back

from .makers import AT, FREE_SHIPPING, amount, make_generic, make_key, make_promotion, percent

pytestmark = pytest.mark.django_db

CARTS = 40


def offers():
    """Two offers of every kind of effect on the order, so that half of the carts are stacks."""
    effects = {
        "ONE": [percent(15, cap=5000)],
        "TWO": [amount(1500), FREE_SHIPPING],
    }
    for code, some in effects.items():
        offer = make_promotion(
            *some, name=code, holder_only=False, budget_amount=10**12, redemption_limit=10**6
        )
        make_generic(offer, code=code, limit=10**6)


def a_cart(random, number):
    items = [
        AskedItem(
            quantity=random.choice([1, 1, 2, 3, 7]),
            price=random.choice([0, 1, 99, 333, 1999, random.randint(1, 50_000)]),
            source_id=f"P{place}",
        )
        for place in range(random.randint(1, 6))
    ]
    if random.random() < 0.5:
        items.append(AskedItem(price=490, source_id="ship", product_id="prod_5h1pp1ng"))
    return AskedOrder(items=tuple(items), currency="GBP", source_id=f"o{number}")


def spent():
    return Budget.objects.aggregate(money=Sum("spent_amount"), uses=Sum("spent_count"))


def test_what_comes_back_is_what_was_given_whatever_the_cart():
    offers()
    make_key()
    key, random = ApiKey.objects.get(), Random(5)
    for number in range(CARTS):
        codes = random.choice([("ONE",), ("TWO",), ("ONE", "TWO"), ("TWO", "ONE")])
        order = a_cart(random, number)
        made = redeem(attempt=Attempt(codes, order), api_key=key, at=AT)
        whole = made.whole
        if whole is None:
            continue
        assert sum(line["discount_amount"] for line in whole.lines) == whole.discount_amount
        assert whole.discount_amount == sum(part.discount_amount for part in made.parts)
        assert whole.order_amount == sum(item.line_amount for item in order.items)
        assert spent()["money"] == whole.discount_amount
        frozen = [part.lines for part in made.parts]

        return_some_units(random, whole, order)
        given = Return.objects.filter(redemption=whole).aggregate(all=Sum("amount"))["all"] or 0
        assert spent()["money"] == whole.discount_amount - given
        if number % 2:
            return_the_rest(whole, order)
            given = Return.objects.filter(redemption=whole).aggregate(all=Sum("amount"))["all"]
            assert given == whole.discount_amount
        roll_back(redemption=whole, at=AT)

        stored = Redemption.objects.filter(pk__in=[part.pk for part in made.parts]).order_by("pk")
        assert [part.lines for part in stored] == frozen
        assert spent() == {"money": 0, "uses": 0}
        assert BudgetEntry.objects.aggregate(all=Sum("amount"))["all"] == 0


def return_some_units(random, whole, order):
    item = random.choice(order.items)
    units = random.randint(1, item.quantity)
    record_return(redemption=whole, items=[ReturnedItem(item.source_id, units)], at=AT)


def return_the_rest(whole, order):
    for item in order.items:
        position = [line["source_id"] for line in whole.lines].index(item.source_id)
        back = ReturnLine.objects.filter(redemption=parts_of(whole)[0], position=position)
        done = back.aggregate(units=Sum("quantity"))["units"] or 0
        if item.quantity > done:
            left = ReturnedItem(item.source_id, item.quantity - done)
            record_return(redemption=whole, items=[left], at=AT)


def parts_of(whole):
    return list(whole.children.order_by("pk")) or [whole]
