"""Random offers and carts through the whole service: sums, splits, limits, budgets and ledgers."""

from dataclasses import replace
from random import Random

import pytest
from django.db.models import Count, Sum

from config.shared.models import ApiKey
from rewards.assessing import preview
from rewards.drafts import draft
from rewards.models import Budget, BudgetEntry, Redemption, Return, ReturnLine, Voucher
from rewards.services.redemptions import redeem
from rewards.services.returns import ReturnedItem, record_return
from rewards.services.rollbacks import roll_back

from .makers import AT, make_key
from .random_shops import RandomShop, code_counts

pytestmark = pytest.mark.django_db

CARTS = 25  # of each shop


@pytest.mark.parametrize("seed", range(16))
def test_whatever_is_offered_and_bought(seed):
    random = Random(seed)
    shop = RandomShop(random)
    shop.open()
    make_key()
    key, standing = ApiKey.objects.get(), []
    for number in range(CARTS):
        attempt, before = shop.attempt(number), state()
        foreseen = draft(preview(attempt=attempt, api_key=key, at=AT))
        made = redeem(attempt=attempt, api_key=key, at=AT)
        assert frozen(made) == frozen(foreseen), "a validation says what a redemption does"
        if made.whole is None:
            assert state() == before, "who is refused takes nothing"
        else:
            assert_exact(made, attempt.order)
            standing += what_becomes_of(random, made, attempt, key, before)
        assert_books_agree()
        if number % 5 == 0:
            shop.change_a_limit()
            assert_books_agree()
    random.shuffle(standing)
    for whole in standing:
        roll_back(redemption=whole, at=AT)
        assert_books_agree()

    assert Redemption.objects.filter(result="SUCCESS").exists()
    assert state() == ({}, {})
    sums = BudgetEntry.objects.aggregate(uses=Sum("count"), money=Sum("amount"))
    assert sums in ({"uses": 0, "money": 0}, {"uses": None, "money": None})


def what_becomes_of(random, made, attempt, key, before):
    """Keep it, or some or all of the goods come back, or it is taken back; what stands after it."""
    whole, stored = made.whole, frozen(made)
    if whole.lines and random.random() < 0.5:
        return_units(random, whole, all_of_them=False)
        if random.random() < 0.5:
            return_units(random, whole, all_of_them=True)
            assert given_back(whole) == whole.discount_amount
    assert frozen(stored_again(made)) == stored, "the split stays as it was"
    if random.random() < 0.4:
        return [whole]
    roll_back(redemption=whole, at=AT)
    assert state() == before, "everything that was taken came back"
    if random.random() < 0.5:
        again = redeem(attempt=attempt, api_key=key, at=AT)
        assert again.whole.pk != whole.pk
        assert frozen(again) == stored, "and can be taken again, alike"
        return [again.whole]
    return []


def state():
    """What codes and budgets say is used; nothing is the same as no row yet."""
    budgets = Budget.objects.exclude(spent_count=0, spent_amount=0)
    rows = budgets.values_list("promotion__name", "period_key", "spent_count", "spent_amount")
    return code_counts(), {row[:2]: row[2:] for row in rows}


def frozen(made):
    """What a redemption keeps for ever, of the whole and of each part."""
    if made.whole is None:
        return [one.refusal.rule for one in made.refused]
    return [
        (row.discount_amount, row.total_amount, row.order_amount, row.lines, row.effects)
        for row in (made.whole, *made.parts)
    ]


def stored_again(made):
    rows = Redemption.objects.in_bulk([made.whole.pk, *(part.pk for part in made.parts)])
    return replace(
        made, whole=rows[made.whole.pk], parts=tuple(rows[part.pk] for part in made.parts)
    )


def assert_exact(made, order):
    whole = made.whole
    assert whole.discount_amount == sum(part.discount_amount for part in made.parts)
    for row in (whole, *made.parts):
        assert row.order_amount == row.discount_amount + row.total_amount
        assert min(row.discount_amount, row.total_amount) >= 0
        assert row.discount_amount == sum(effect["discount_amount"] for effect in row.effects)
        if row.lines:
            assert row.discount_amount == sum(line["discount_amount"] for line in row.lines)
        for line in row.lines:
            left = line["amount"] - line["discount_before"] - line["discount_amount"]
            assert min(line["discount_amount"], line["discount_before"], left) >= 0
    if whole.lines:
        assert whole.order_amount == sum(line["amount"] for line in whole.lines)
        chosen = sum(line["amount"] - line["added_amount"] for line in whole.lines)
        assert chosen == sum(item.line_amount for item in order.items) + (order.amount or 0)
    else:
        assert whole.order_amount == order.amount


def return_units(random, whole, *, all_of_them):
    """Some units of some lines, or all that are still there, in returns of their own."""
    for position, line in enumerate(whole.lines):
        if not all_of_them and random.random() < 0.6:
            continue
        left = line["quantity"] - came_back(whole, position)
        units = left if all_of_them else random.randint(0, left)
        if units:
            items = [ReturnedItem("", units, position)]
            record_return(redemption=whole, items=items, at=AT)


def came_back(whole, position):
    """Units of a line; every part of a stack notes the same units."""
    lines = ReturnLine.objects.filter(of__redemption=whole, position=position)
    per_part = lines.order_by().values("redemption").annotate(units=Sum("quantity"))
    return max((row["units"] for row in per_part), default=0)


def given_back(whole):
    return Return.objects.filter(redemption=whole).aggregate(all=Sum("amount"))["all"] or 0


def assert_books_agree():
    """Counted once more from the redemptions that stand: codes, budgets and their ledger."""
    standing = Redemption.objects.filter(
        result="SUCCESS", rolled_back_at=None, voucher__isnull=False
    )
    for voucher in Voucher.objects.exclude(redemption_limit=None):
        assert voucher.redeemed_count == standing.filter(voucher=voucher).count()
    for budget in Budget.objects.select_related("promotion"):
        entries = budget.entries.aggregate(uses=Sum("count"), money=Sum("amount"))
        assert (entries["uses"] or 0, entries["money"] or 0) == (
            budget.spent_count,
            budget.spent_amount,
        )
        promotion = budget.promotion
        amount = promotion.budget_period_amount if budget.period_key else promotion.budget_amount
        if amount is None and (budget.period_key or promotion.redemption_limit is None):
            continue  # a limit that was lifted: nobody counts
        mine = standing.filter(promotion=promotion)
        in_money = mine.filter(currency=promotion.currency)
        given = in_money.aggregate(all=Sum("discount_amount"))["all"] or 0
        back = ReturnLine.objects.filter(redemption__in=in_money).aggregate(all=Sum("amount"))
        assert budget.spent_count == mine.aggregate(all=Count("pk"))["all"]
        assert budget.spent_amount == given - (back["all"] or 0)
