"""Redemptions as lines of a file: what a column adds up to is what there is in the books."""

import csv
import io
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from config.shared.actors import SYSTEM
from config.shared.models import AuditEntry, Project
from rewards import redemption_export
from rewards.models import Budget, Redemption
from rewards.redemption_export import export_redemptions
from rewards.refusals import refusal_in_words
from tests import factories as make

from .makers import amount, make_generic, make_identity, make_key, make_promotion, percent
from .shop import Shop, asked, frozen, goods, shop

__all__ = ["frozen", "shop"]  # fixtures

pytestmark = pytest.mark.django_db

MUGS = {"source_id": "MUG", "quantity": 3, "price": 1000}
AMOUNTS = (
    *("Order amount", "Discount", "of it on shipping", "To pay"),
    *("Discount rolled back", "Discount of returned goods", "Discount that stands"),
)


def file_of(rows=None, *, with_codes=True):
    rows = Redemption.objects.all() if rows is None else rows
    return b"".join(
        export_redemptions(rows, actor=SYSTEM, filters=[], with_codes=with_codes)
    ).decode("utf-8-sig")


def lines_of(rows=None):
    """The newest first."""
    return list(csv.DictReader(io.StringIO(file_of(rows))))


def total(lines, column):
    """As a spreadsheet adds a column up: what is empty is nothing."""
    return sum(Decimal(line[column]) for line in lines if line[column])


@pytest.fixture
def offers():
    budget = {"holder_only": False, "budget_amount": 100_000}
    make_generic(make_promotion(percent(20), name="Twenty", **budget), code="TWENTY", limit=50)
    make_generic(make_promotion(amount(1000), name="Ten off", **budget), code="TENOFF", limit=50)


def stack(shop, order):
    """20 % and then 10.00 off three mugs: 6.00 and 10.00 off 30.00."""
    request = asked("TWENTY", items=[MUGS], source_id=order)
    request["redeemables"].append({"object": "voucher", "id": "TENOFF"})
    return shop.post("redemptions", request).json()["parent_redemption"]["id"]


def single(shop, order, code="TWENTY"):
    answer = shop.redeem(code, items=[MUGS], source_id=order).json()
    return answer["redemptions"][0]["id"]


# --- adding up ------------------------------------------------------------------------------------
def test_of_a_stack_the_order_is_counted_once_and_each_code_with_what_it_took(shop, offers):
    stack(shop, "1")

    second, first, whole = lines_of()

    assert [whole[one] for one in ("Order amount", "Discount", "To pay")] == ["30.00", "", "14.00"]
    assert [first[one] for one in ("Offer", "Order amount", "Discount")] == ["Twenty", "", "6.00"]
    assert [second[one] for one in ("Offer", "To pay", "Discount")] == ["Ten off", "", "10.00"]
    assert {first["Redeemed together as"], second["Redeemed together as"]} == {
        whole["Redemption id"]
    }
    lines = [second, first, whole]
    assert total(lines, "Order amount") - total(lines, "Discount") == total(lines, "To pay")


def test_what_stands_is_what_the_budgets_count(shop, offers):
    """Singles and stacks, whole, in part returned, rolled back, both."""
    single(shop, "1")
    single(shop, "2", "TENOFF")
    shop.post(f"redemptions/{single(shop, '3')}/rollbacks", {})
    stack(shop, "4")
    back = {"items": [{"source_id": "MUG", "quantity": 1}]}
    shop.post(f"redemptions/{stack(shop, '5')}/returns", back)
    both = stack(shop, "6")
    shop.post(f"redemptions/{both}/returns", back)
    shop.post(f"redemptions/{both}/rollbacks", {})
    Shop(type(shop.client)(headers=make_key(test=True))).redeem(
        "TWENTY", items=[MUGS], source_id="7"
    )
    shop.redeem("TWENTY", items=goods(1000), source_id="8", customer="nobody")

    lines = lines_of()

    standing = {
        offer: total([one for one in lines if one["Offer"] == offer], "Discount that stands")
        for offer in ("Twenty", "Ten off")
    }
    spent = dict(Budget.objects.values_list("promotion__name", "spent_amount"))
    assert {offer: minor / Decimal(100) for offer, minor in spent.items()} == standing
    given = Redemption.objects.filter(voucher__isnull=False, result="SUCCESS")
    assert (
        total(lines, "Discount") * 100
        == given.aggregate(Sum("discount_amount"))["discount_amount__sum"]
    )
    orders = Redemption.objects.filter(parent=None, result="SUCCESS")
    assert (
        total(lines, "Order amount") * 100
        == orders.aggregate(Sum("order_amount"))["order_amount__sum"]
    )
    assert total(lines, "Order amount") - total(lines, "Discount") == total(lines, "To pay")


def test_a_rollback_after_a_return_is_told_with_the_rest(shop, offers):
    redeemed = single(shop, "1")
    shop.post(f"redemptions/{redeemed}/returns", {"items": [{"source_id": "MUG", "quantity": 1}]})
    shop.post(f"redemptions/{redeemed}/rollbacks", {})

    (line,) = lines_of()

    assert line["Result"] == "rolled back"
    assert line["Rolled back (Europe/Istanbul)"] == "2026-05-01 12:00:00"
    told = {one: line[one] for one in AMOUNTS if one.startswith("Discount")}
    assert told == {
        "Discount": "6.00",
        "Discount rolled back": "4.00",
        "Discount of returned goods": "2.00",
        "Discount that stands": "0.00",
    }


def test_a_redemption_in_test_mode_is_marked_and_stands_for_nothing(offers, shop):
    Shop(type(shop.client)(headers=make_key(test=True))).redeem(
        "TWENTY", items=[MUGS], source_id="1"
    )

    (line,) = lines_of()

    assert (line["Test"], line["Discount"], line["Discount that stands"]) == ("yes", "6.00", "")


@pytest.mark.parametrize(
    ("currency", "minor", "written"),
    [("JPY", 1500, "1500"), ("KWD", 1500, "1.500"), ("TRY", 1505, "15.05")],
)
def test_amounts_have_the_decimals_of_their_currency(currency, minor, written):
    make.RedemptionFactory(
        currency=currency, order_amount=minor, discount_amount=minor, total_amount=0
    )

    (line,) = lines_of()

    assert (line["Currency"], line["Discount"]) == (currency, written)


# --- what else a line says ------------------------------------------------------------------------
def test_a_refusal_has_its_reason_in_words_and_no_amounts(shop, offers):
    refused = make.RedemptionFactory(
        result="FAILURE",
        failure_key="order_rules_violated",
        failure_rule="order_minimum",
        failure_seen="12.50 GBP",
        failure_needed="25.00 GBP",
        only_asked=True,
    )

    (line,) = lines_of()

    assert line["Redemption id"] == refused.public_id
    assert line["Why refused"] == refusal_in_words("order_minimum")
    assert (line["Value seen"], line["Value needed"]) == ("12.50 GBP", "25.00 GBP")
    assert (line["Result"], line["Only asked"]) == ("refused", "yes")
    assert not any(line[one] for one in AMOUNTS)
    with translation.override("tr"):
        in_turkish = refusal_in_words("order_minimum")
        assert in_turkish in file_of()
        assert in_turkish != line["Why refused"]


def test_who_redeemed_what_by_which_key(shop, offers):
    identity = make_identity("shop-12")
    shop.redeem("TWENTY", items=[MUGS], source_id="536-1", customer="shop-12")

    (line,) = lines_of()

    names = ("Offer", "Code", "Our id", "Customer number", "Order", "Currency", "Key")
    assert [line[one] for one in names] == [
        *("Twenty", "TWENTY", identity.customer.public_id, "shop-12", "536-1", "GBP", "shop")
    ]


def test_moments_are_on_the_clock_that_the_heading_names():
    Project.objects.update(zone="America/New_York")
    make.RedemptionFactory(created_at=make.NOON)

    (line,) = lines_of()

    assert line["When (America/New_York)"] == "2026-03-17 08:00:00"


def test_nothing_in_the_file_computes():
    make.RedemptionFactory(order_source_id="=1+1")

    (line,) = lines_of()

    assert line["Order"] == "'=1+1"


def test_a_file_without_codes_has_no_code_and_all_else():
    redeemed = make.RedemptionFactory()

    without = file_of(with_codes=False)

    assert redeemed.voucher.code not in without
    with_all = csv.DictReader(io.StringIO(file_of())).fieldnames
    assert list(csv.DictReader(io.StringIO(without)).fieldnames) == [
        one for one in with_all if one != "Code"
    ]


# --- length ---------------------------------------------------------------------------------------
def test_every_batch_costs_the_same_and_no_line_is_lost_between_two(monkeypatch):
    """Of each batch the rows with all they name, and what came back of them."""
    monkeypatch.setattr(redemption_export, "BATCH", 3)
    made = [make.RedemptionFactory().public_id for _ in range(7)]
    parts = export_redemptions(Redemption.objects.all(), actor=SYSTEM, filters=[], with_codes=True)

    next(parts)  # the heading
    with CaptureQueriesContext(connection) as asked_for:
        body = b"".join(parts).decode()

    assert len(asked_for) == 3 * 2
    assert [row[1] for row in csv.reader(io.StringIO(body))] == made[::-1]


def test_what_is_redeemed_meanwhile_moves_no_line(monkeypatch):
    monkeypatch.setattr(redemption_export, "BATCH", 2)
    made = [make.RedemptionFactory().public_id for _ in range(4)]
    parts = export_redemptions(Redemption.objects.all(), actor=SYSTEM, filters=[], with_codes=True)

    first = [next(parts), next(parts)]
    make.RedemptionFactory()

    body = b"".join([*first[1:], *parts]).decode()
    assert [row[1] for row in csv.reader(io.StringIO(body))] == made[::-1]


def test_that_somebody_has_it_is_known_before_the_first_line_is_read():
    make.RedemptionFactory()

    export_redemptions(Redemption.objects.all(), actor=SYSTEM, filters=["result"], with_codes=True)

    entry = AuditEntry.objects.get(action="redemptions.exported")
    assert entry.fields == ["result", "rows=1"]
