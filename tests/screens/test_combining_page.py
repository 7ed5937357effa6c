"""The page of the rules of combining: said in words, changed by some, tried out by all."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.shared.models import AuditEntry
from rewards.models import StackingRules
from rewards.stacking_rules import Mode
from rewards.stacking_rules import StackingRules as Rules
from tests import factories as make
from tests.factories import NOON

PAGE = "admin:rewards_stackingrules_changelist"
CHECK = "admin:rewards_stackingrules_check"
CALCULATOR = "admin:rewards_stackingrules_calculator"


def words_of(response):
    return " ".join(response.content.decode().split())


def typed(**changes):
    return {
        "redeemables_limit": "30",
        "applicable_limit": "5",
        "mode": "ALL",
        "sorting": "REQUESTED_ORDER",
        "on_products": "STACK",
        "no_effect": "REDEEM_ANYWAY",
        "per_category_limit": "1",
        "exclusive_limit": "1",
        "exclusive_per_category_limit": "1",
        "seen": "",
        "rows-TOTAL_FORMS": "2",
        "rows-INITIAL_FORMS": "0",
        **changes,
    }


def cart(*offers, **changes):
    chosen = {f"calc-offer_{n}": one.pk for n, one in enumerate(offers, start=1)}
    return {
        "calc-rows-TOTAL_FORMS": "1",
        "calc-rows-INITIAL_FORMS": "0",
        "calc-rows-0-product": "lamp",
        "calc-rows-0-quantity": "1",
        "calc-rows-0-price": "100,00",
        **chosen,
        **changes,
    }


@pytest.fixture
def fifth(world):
    offer = make.PromotionFactory(name="A fifth off", holder_only=False, priority=1)
    make.EffectFactory(promotion=offer, percent=20)
    return offer


@pytest.fixture
def ten(world):
    offer = make.PromotionFactory(name="Ten off", holder_only=False, stacking_category="sale")
    make.EffectFactory(promotion=offer, kind="amount", percent=None, amount=1_000)
    return offer


def test_the_rules_are_saved_as_typed_and_said_in_words(ten, as_role):
    client = as_role("marketer")
    assert "No offer has a category yet" not in words_of(client.get(reverse(PAGE)))

    answer = client.post(
        reverse(PAGE),
        typed(
            applicable_limit="",
            mode="PARTIAL",
            **{
                "rows-0-name": "sale",
                "rows-0-limit": "2",
                "rows-0-company": "exclusive",
                "rows-0-place": "0",
                "rows-0-no_effect": "skip",
            },
        ),
        follow=True,
    )

    page = words_of(answer)
    assert "The rules hold from the next order on." in page
    assert "Where a code of “sale” is accepted, the others are left out." in page
    assert Rules.read(StackingRules.objects.get().rules) == Rules(
        applicable_limit=None,
        mode=Mode.PARTIAL,
        category_limits={"sale": 2},
        exclusive_categories=frozenset({"sale"}),
        no_effect_skip_categories=frozenset({"sale"}),
        hierarchy={"sale": 0},
    )
    assert "Rules of combining changed" in page


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"redeemables_limit": "31"}, "less than or equal to 30"),
        ({"redeemables_limit": ""}, "required"),
        ({"applicable_limit": "-1"}, "greater than or equal to 0"),
        ({"mode": "SOME"}, "Select a valid choice"),
        ({"rows-0-limit": "2"}, "Name the category"),
        ({"rows-0-name": "a", "rows-1-name": "a "}, "has a row already"),
        ({"rows-0-name": "x" * 61}, "at most 60 characters"),
    ],
)
def test_rules_that_cannot_be_are_told_at_their_field(world, as_role, changes, complaint):
    answer = as_role("marketer").post(reverse(PAGE), typed(**changes))

    assert complaint in words_of(answer)
    assert not StackingRules.objects.exists()


def test_two_people_cannot_overwrite_each_other(world, as_role):
    client = as_role("marketer")
    client.post(reverse(PAGE), typed(applicable_limit="2"))

    answer = client.post(reverse(PAGE), typed(applicable_limit="9"))

    assert "Somebody else changed these rules meanwhile." in words_of(answer)
    assert Rules.read(StackingRules.objects.get().rules).applicable_limit == 2


def test_a_support_agent_reads_the_rules_and_changes_none(world, as_role):
    client = as_role("support")

    page = words_of(client.get(reverse(PAGE)))
    answers = [client.post(reverse(name), typed(mode="PARTIAL")) for name in (PAGE, CHECK)]

    assert "If one code is refused, none is used." in page
    assert "combining_form" not in page.replace("#combining_form", "")
    assert [one.status_code for one in answers] == [403, 403]
    assert not StackingRules.objects.exists()
    assert not AuditEntry.objects.filter(action="stacking_rules.changed").exists()


def test_words_follow_what_is_typed(world, as_role):
    client = as_role("marketer")
    said = words_of(client.post(reverse(CHECK), typed(mode="PARTIAL")))
    wrong = words_of(client.post(reverse(CHECK), typed(redeemables_limit="0")))
    assert "the others are used without it" in said
    assert "cannot be saved as they are yet" in wrong


# --- the calculator -------------------------------------------------------------------------------
def calculated(client, *offers, **sent):
    answer = client.post(reverse(CALCULATOR), cart(*offers, **sent), HTTP_HX_REQUEST="true")
    assert answer.status_code == 200
    return words_of(answer)


def test_codes_work_in_their_order_each_on_what_the_others_left(fifth, ten, as_role):
    client = as_role("support")
    assert "£70.00" in calculated(client, fifth, ten)
    assert "£72.00" in calculated(client, ten, fifth)


def test_rules_are_tried_before_they_are_saved(fifth, ten, as_role):
    rules = typed(sorting="PRIORITY")
    assert "£70.00" in calculated(as_role("marketer"), ten, fifth, **rules)
    assert "£72.00" in calculated(as_role("support"), ten, fifth, **rules)  # who may not type them
    wrong = calculated(as_role("marketer"), ten, fifth, **typed(redeemables_limit="0"))
    assert "cannot be used as they are typed" in wrong


def test_who_is_left_out_is_told_and_why(fifth, ten, as_role):
    client = as_role("marketer")
    alone = typed(**{"rows-0-name": "sale", "rows-0-company": "exclusive"})
    assert "Another code cannot be combined with this one." in calculated(
        client, fifth, ten, **alone
    )
    one = calculated(client, fifth, fifth, **typed(applicable_limit="1"))
    assert "More codes than may be used on one order." in one
    assert "£80.00" in one


def test_a_refused_code_keeps_the_others_out_or_not(fifth, world, as_role):
    """The world's offer asks for an order of 25.00."""
    client, small = as_role("marketer"), {"calc-rows-0-price": "10.00"}
    none = calculated(client, fifth, world.promotion, **small)
    assert "The order is below the minimum of the offer." in none
    assert "Another code of the request was refused, so none is used." in none
    assert "£8.00" in calculated(client, fifth, world.promotion, **small, **typed(mode="PARTIAL"))


def test_what_is_missing_is_asked_for(world, fifth, as_role):
    client = as_role("marketer")
    assert "Choose at least one offer." in calculated(client)
    assert "Put at least one product into the cart." in calculated(
        client, fifth, **{"calc-rows-0-product": ""}
    )
    assert "Nobody was found" in calculated(client, fifth, **{"calc-customer": "nobody@there"})
    assert "Select a valid choice" in calculated(client, **{"calc-offer_1": "999999999999999"})


def test_the_page_costs_the_same_however_many_offers_there_are(world, fifth, ten, as_role):
    client = as_role("administrator")
    StackingRules.objects.create(brand=ten.brand, rules={"hierarchy": {"sale": 2}}, updated_at=NOON)

    def statements():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse(PAGE)).status_code == 200
        return len(captured)

    few = statements()
    for number in range(5):
        make.PromotionFactory(stacking_category=f"c{number}")
    assert statements() == few == 5 + 6  # brands, rules, categories, offers, goods, history


@pytest.mark.parametrize("wanted", ["0", "9" * 30, "x", "²"])
def test_addresses_that_lead_nowhere(world, as_role, wanted):
    url = reverse("admin:rewards_stackingrules_change", args=[wanted])
    assert as_role("marketer").get(url).url == reverse(PAGE)
