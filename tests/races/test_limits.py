"""A limit of K means exactly K, however many clients come at once."""

import pytest
from django.db import IntegrityError

from config.shared.models import Fact
from rewards.models import Redemption, Voucher
from tests.rewards.makers import make_generic, make_key

from .harness import CLIENTS, ROUNDS, at_once, redeem

pytestmark = pytest.mark.django_db(transaction=True)

LIMIT = 100
ATTEMPTS = 4  # of each client


def storm(limit=LIMIT):
    """Everybody redeems one code with a limit again and again; returns the voucher and answers."""
    voucher, headers = make_generic(limit=limit), make_key()
    answers = at_once(
        lambda _number: [redeem(headers, voucher.code)[0] for _attempt in range(ATTEMPTS)]
    )
    voucher.refresh_from_db()
    return voucher, [status for several in answers for status in several]


def successes():
    return Redemption.objects.filter(result="SUCCESS").count()


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_a_code_with_a_limit_is_redeemed_exactly_as_often(round_):
    voucher, answers = storm()

    assert answers.count(200) == LIMIT
    assert answers.count(400) == CLIENTS * ATTEMPTS - LIMIT
    assert successes() == LIMIT
    assert voucher.redeemed_count == LIMIT
    assert Fact.objects.filter(kind="redemption.made").count() == LIMIT
    # Everybody else was refused by that rule, and each attempt is kept.
    refused = Redemption.objects.filter(result="FAILURE")
    assert set(refused.values_list("failure_rule", flat=True)) == {"voucher_limit"}
    assert refused.count() == CLIENTS * ATTEMPTS - LIMIT


def test_a_single_use_goes_to_one_of_all():
    _voucher, answers = storm(limit=1)

    assert answers.count(200) == 1
    assert successes() == 1


def test_the_database_refuses_a_count_above_the_limit():
    voucher = make_generic(limit=1)

    with pytest.raises(IntegrityError, match="rewards_voucher_within_limit"):
        Voucher.objects.filter(pk=voucher.pk).update(redeemed_count=2)


def test_codes_for_one_cause_asked_for_by_everybody_are_one_code():
    from tests.rewards.makers import make_identity, make_personal, make_promotion

    promotion, ann = make_promotion(), make_identity("ann")

    issued = at_once(lambda _number: make_personal(promotion, ann).code, clients=16)

    assert len(set(issued)) == 1
    assert Voucher.objects.count() == 1
