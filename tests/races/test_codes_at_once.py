"""Many ask for codes of one pool at once, and two workers make codes of one run."""

from unittest.mock import patch

import pytest

from config.shared.actors import SYSTEM
from rewards.errors import PoolEmpty
from rewards.models import CodeRunState, Publication, Voucher
from rewards.services import publications
from rewards.services.code_run_work import work
from rewards.services.code_runs import start_generation, start_import_of
from rewards.services.publications import publish
from tests.races.harness import CLIENTS, ROUNDS, Meeting, at_once
from tests.rewards.makers import AT, make_identity, make_promotion

pytestmark = pytest.mark.django_db(transaction=True)
POOL = 40


def pool_of(number):
    promotion = make_promotion(name=f"Offer {number}", only_from_pool=True)
    Voucher.objects.bulk_create(
        Voucher(
            promotion=promotion,
            code=f"POOL-{number}-{n}",
            code_key=f"pool-{number}-{n}",
            redemption_limit=1,
            pooled=True,
            created_at=AT,
        )
        for n in range(POOL)
    )
    return promotion


def ask(promotion, identities):
    """What each of the clients gets: a code, or None from an empty pool."""

    def one(number):
        try:
            return publish(promotion=promotion, identity=identities[number], at=AT).vouchers[0].code
        except PoolEmpty:
            return None

    return [code for code in at_once(one) if code]


@pytest.mark.parametrize("number", range(ROUNDS))
def test_a_pool_gives_each_code_once_and_all_of_them(number):
    promotion = pool_of(number)
    identities = [make_identity(f"{number}-{n}") for n in range(CLIENTS)]

    given = ask(promotion, identities)

    assert len(given) == len(set(given)) == POOL
    assert not Voucher.objects.in_pool(at=AT).exists()
    assert Publication.objects.filter(promotion=promotion).count() == POOL


def test_the_race_is_lost_by_whoever_does_not_lock():
    promotion = pool_of(0)
    identities = [make_identity(str(n)) for n in range(CLIENTS)]

    meeting = Meeting(CLIENTS)

    def unlocked(asked):
        rows = Voucher.objects.in_pool(at=AT).filter(promotion=asked.promotion).order_by("id")
        found = list(rows[: asked.count])
        meeting.wait()
        return found

    with patch.object(publications, "_from_pool", unlocked):
        given = ask(promotion, identities)

    assert len(given) == CLIENTS
    assert len(set(given)) == 1


@pytest.mark.parametrize("number", range(ROUNDS))
def test_one_reference_asked_for_at_once_gives_one_code(number):
    promotion, ann = make_promotion(), make_identity("ann")

    def one(_number):
        return publish(promotion=promotion, identity=ann, source_id="s", at=AT).vouchers[0].code

    assert len(set(at_once(one, clients=20))) == 1
    assert Voucher.objects.count() == Publication.objects.count() == 1


@pytest.mark.parametrize("number", range(ROUNDS))
def test_workers_at_once_make_exactly_what_was_asked(number):
    promotion = make_promotion()
    generated = start_generation(promotion=promotion, count=300, actor=SYSTEM, at=AT)
    codes = [f"CODE-{n}" for n in range(300)]
    imported = [
        start_import_of(promotion=promotion, codes=listed, actor=SYSTEM, at=AT)
        for listed in (codes, codes[::-1])
    ]

    at_once(lambda _number: work(batch_size=20), clients=6)
    work(batch_size=20)  # what somebody let go of because another held it

    runs = [generated, *imported]
    for run in runs:
        run.refresh_from_db()
    assert {run.state for run in runs} == {CodeRunState.FINISHED}
    assert generated.made == 300
    assert [run.made + run.skipped for run in imported] == [300, 300]
    assert sum(run.made for run in imported) == 300
    assert Voucher.objects.filter(code__startswith="CODE-").count() == 300
    assert Voucher.objects.count() == 600
