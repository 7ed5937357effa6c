"""To a key of pages, codes that do not work are all the same; a secret key gets the reason."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from config.shared import clock, keys
from config.shared.actors import SYSTEM
from config.shared.clock import FrozenClock
from config.shared.models import ApiKey
from rewards.models import Promotion, Redemption, Reservation, Voucher
from rewards.rules import Rule
from rewards.services.adding_codes import AskedCode, add_code
from rewards.services.refused_attempts import keep_untold

from .makers import AT, make_generic, make_identity, make_key, make_personal, make_promotion

pytestmark = pytest.mark.django_db

SHOP = "https://shop.example.com"
VALIDATE, REDEEM = "/client/v1/validations", "/client/v1/redemptions"


@pytest.fixture(autouse=True)
def frozen(monkeypatch):
    monkeypatch.setattr("rewards.api.client.LEAST_SECONDS", 0)
    with clock.use(FrozenClock(AT)) as standing:
        yield standing


@pytest.fixture(autouse=True)
def afterwards(monkeypatch):
    """The statements that run once the answer is sent."""
    found = []

    def kept(**asked):
        with CaptureQueriesContext(connection) as ran:
            keep_untold(**asked)
        found.extend(one["sql"] for one in ran)

    monkeypatch.setattr("rewards.api.client.keep_untold", kept)
    return found


@pytest.fixture
def pages():
    new = keys.create_api_key(
        name="pages", kind="publishable", origins=[SHOP], may_redeem=True, actor=SYSTEM
    )
    limits = {"wrong_codes": 0, "wrong_codes_per_caller": 0, "last_used_at": AT}
    ApiKey.objects.filter(pk=new.key.pk).update(**limits)
    headers = {"X-Client-Application-Id": new.key.app_id, "X-Client-Token": new.token}
    return APIClient(headers=headers | {"Origin": SHOP})


def public(code, **fields):
    return make_generic(make_promotion(name=code, holder_only=False), code=code, **fields)


def unknown():
    return "NO-SUCH-CODE"


def expired():
    voucher = public("EXPIRED")
    Voucher.objects.filter(pk=voucher.pk).update(expires_at=AT)
    return voucher.code


def early():
    voucher = public("EARLY")
    Voucher.objects.filter(pk=voucher.pk).update(starts_at=AT + timedelta(days=1))
    return voucher.code


def disabled():
    voucher = public("DISABLED")
    Voucher.objects.filter(pk=voucher.pk).update(active=False)
    return voucher.code


def off():
    voucher = public("OFF")
    Promotion.objects.filter(pk=voucher.promotion_id).update(active=False)
    return voucher.code


def exhausted():
    voucher = public("EXHAUSTED", limit=1)
    Voucher.objects.filter(pk=voucher.pk).update(redeemed_count=1)
    return voucher.code


def foreign():
    return make_personal(make_promotion(name="Hers"), make_identity("bea")).code


def nobodys():
    offer = make_promotion(name="Pool")
    return add_code(promotion=offer, asked=AskedCode(limit=1), actor=SYSTEM, at=AT).code


def foreign_with_limits_and_conditions():
    offer = make_promotion(
        name="Limited", limit_per_customer=1, budget_amount=500, redemption_limit=9
    )
    return make_personal(offer, make_identity("cem")).code


CAUSES = [
    unknown,
    expired,
    early,
    disabled,
    off,
    exhausted,
    foreign,
    nobodys,
    foreign_with_limits_and_conditions,
]


def ask(client, path, code, *, customer="ann", session=None, **headers):
    body = {
        "redeemables": [{"object": "voucher", "id": code}],
        "order": {"amount": 3000, "currency": "GBP", "source_id": "1"},
    }
    if customer:
        body["customer"] = {"source_id": customer}
    if session:
        body["session"] = {"type": "LOCK", "key": session, "ttl": 1, "ttl_unit": "HOURS"}
    with CaptureQueriesContext(connection) as ran:
        response = client.post(path, body, format="json", headers=headers)
    return response, [one["sql"] for one in ran]


def seen(response, ran, code):
    """All that a guesser sees: status, headers, body; and how many statements it took."""
    plain = response.content.decode().replace(code, "CODE")
    headers = {
        name: value
        for name, value in response.headers.items()
        if name not in {"X-Request-ID", "X-Rate-Limit-Remaining", "Content-Length"}
    }
    shape = re.sub(r'"request_id":"[^"]*"', "", plain)
    return response.status_code, headers, shape, [sql.split()[0] for sql in ran]


@pytest.mark.parametrize("session", [None, "cart"])
@pytest.mark.parametrize("customer", ["ann", "nobody-known", None])
@pytest.mark.parametrize("path", [VALIDATE, REDEEM])
def test_codes_that_do_not_work_are_all_the_same(pages, path, customer, session, afterwards):
    make_identity("ann")
    ask(pages, path, "ANYTHING", customer=customer, session=session)
    told = {}
    for number, cause in enumerate(CAUSES):
        code = cause()
        afterwards.clear()
        response, ran = ask(
            *(pages, path, code),
            customer=customer,
            session=session,
            **{"Idempotency-Key": f"guess-{number}"},
        )
        told[cause.__name__] = seen(response, ran[: len(ran) - len(afterwards)], code)
    for name, told_here in told.items():
        assert told_here == told["unknown"], name
    assert "not_found" in told["unknown"][2]
    assert not Redemption.objects.exclude(result="FAILURE").exists()
    assert not Reservation.objects.exists()


@pytest.mark.parametrize("path", [VALIDATE, REDEEM])
def test_why_it_was_is_kept_once_nobody_can_measure_it(pages, path):
    make_identity("ann")
    for cause in CAUSES:
        ask(pages, path, cause())

    stored = Redemption.objects.order_by("pk").values_list("failure_rule", flat=True)
    assert list(stored) == [
        *(Rule.VOUCHER_EXPIRY, Rule.VOUCHER_STARTED, Rule.VOUCHER_ACTIVE, Rule.PROMOTION_ACTIVE),
        *(Rule.VOUCHER_LIMIT, Rule.HOLDER, Rule.HELD, Rule.HOLDER),
    ]
    assert set(Redemption.objects.values_list("only_asked", flat=True)) == {path == VALIDATE}


@pytest.mark.parametrize("path", [VALIDATE, REDEEM])
def test_what_is_wrong_as_a_whole_tells_nothing_of_a_code(pages, path):
    """Amounts that no arithmetic can be done with, beside a code that does not work."""
    codes = ["NO-SUCH-CODE", expired()]
    told = []
    for code in codes:
        body = {
            "redeemables": [{"object": "voucher", "id": code}],
            "order": {
                "currency": "GBP",
                "items": [{"quantity": 10**6, "price": 10**12}] * 3,
            },
        }
        response = pages.post(path, body, format="json")
        told.append(seen(response, [], code)[:3])
    assert told[0] == told[1]


def test_what_becomes_known_only_later_looks_the_same_too(pages):
    make_identity("ann")
    used = make_generic(
        make_promotion(name="Once", holder_only=False, limit_per_customer=1), code="ONCE"
    )
    spent = make_generic(
        make_promotion(name="Spent", holder_only=False, budget_amount=1), code="SPENT"
    )
    first, _ran = ask(pages, REDEEM, used.code)
    assert first.status_code == 200
    for path in (VALIDATE, REDEEM):
        expected = seen(*ask(pages, path, "NO-SUCH"), "NO-SUCH")[:3]
        for voucher in (used, spent):
            body = {
                "redeemables": [{"object": "voucher", "id": voucher.code}],
                "customer": {"source_id": "ann"},
                "order": {"amount": 3000, "currency": "GBP", "source_id": "2"},
            }
            response = pages.post(path, body, format="json")
            assert seen(response, [], voucher.code)[:3] == expected
    assert Redemption.objects.filter(result="SUCCESS").count() == 1
    untold = Redemption.objects.filter(result="FAILURE").values_list("failure_rule", flat=True)
    assert set(untold) == {Rule.CUSTOMER_LIMIT, Rule.BUDGET}


@pytest.mark.parametrize("bad", ["unknown", "spent", "bound by a condition"])
def test_a_stack_does_not_tell_which_of_its_codes_exist(pages, bad):
    """Also where it turns out late: one answer, about the first code that cannot work."""
    make_identity("ann")
    make_generic(code="GOOD")
    make_generic(make_promotion(name="Spent", holder_only=False, budget_amount=1), code="SPENT")
    offer = make_promotion(name="Ruled", holder_only=False, rules={"kind": "holder"})
    ruled = make_personal(offer, make_identity("bea")).code
    code = {"unknown": "NO-SUCH", "spent": "SPENT", "bound by a condition": ruled}[bad]

    def redeem(*codes):
        body = {
            "redeemables": [{"object": "voucher", "id": one} for one in codes],
            "customer": {"source_id": "ann"},
            "order": {"amount": 3000, "currency": "GBP"},
        }
        return pages.post(REDEEM, body, format="json")

    for codes in (("GOOD", code), (code, "GOOD"), (code, "NO-SUCH-EITHER")):
        answer = redeem(*codes)
        assert (answer.status_code, answer.json()["resource_id"]) == (404, code)
    assert not Redemption.objects.filter(result="SUCCESS").exists()


def test_nobody_is_shown_whose_order_a_public_code_paid(pages):
    make_identity("ann")
    make_identity("bea")
    make_generic(code="GOOD")
    first, _ran = ask(pages, REDEEM, "GOOD")
    assert first.status_code == 200

    again, _ran = ask(pages, REDEEM, "good")
    assert again.json()["redemptions"][0]["id"] == first.json()["redemptions"][0]["id"]
    for customer, amount in (("bea", 3000), (None, 3000), ("ann", 3001)):
        body = {
            "redeemables": [{"object": "voucher", "id": "GOOD"}],
            "order": {"amount": amount, "currency": "GBP", "source_id": "1"},
        }
        if customer:
            body["customer"] = {"source_id": customer}
        refused = pages.post(REDEEM, body, format="json")
        assert (refused.status_code, refused.json()["key"]) == (404, "not_found")


def test_an_order_that_was_paid_with_the_last_use_is_answered_again(pages):
    make_identity("ann")
    make_generic(code="ONCE", limit=1)
    first, _ran = ask(pages, REDEEM, "ONCE")
    again, _ran = ask(pages, REDEEM, "ONCE")

    assert again.status_code == 200
    assert again.json()["redemptions"][0]["id"] == first.json()["redemptions"][0]["id"]


def test_what_we_know_of_a_customer_is_not_told(pages):
    """Anybody can name anybody: that a condition was not met is told, not what was seen."""
    ann = make_identity("ann")
    ann.customer.country = "TR"
    ann.customer.save(update_fields=["country"])
    rule = {"kind": "country", "in": ["DE"]}
    offer = make_promotion(name="Abroad", holder_only=False, rules=rule, refusal_text="Not here.")
    make_generic(offer, code="ABROAD")

    told, _ran = ask(pages, VALIDATE, "ABROAD")

    error = told.json()["redeemables"][0]["result"]["error"]
    assert error["vesile"] == {"rule": "condition:country", "seen": "", "needed": ""}
    assert error["error"] == {"message": "Not here."}
    ask(pages, REDEEM, "ABROAD")
    stored = Redemption.objects.attempts().get()
    assert (stored.failure_rule, stored.failure_seen) == ("condition:country", "TR")


def test_of_a_working_code_the_reason_is_told(pages):
    make_identity("ann")
    make_generic(make_promotion(name="Big", holder_only=False, minimum_amount=5000), code="BIG")
    response, _ran = ask(pages, VALIDATE, "BIG")
    assert "order_minimum" in response.content.decode()
    make_generic(code="GOOD")
    assert ask(pages, VALIDATE, "GOOD")[0].json()["valid"] is True
    assert ask(pages, REDEEM, "GOOD")[0].status_code == 200


def test_a_secret_key_gets_the_exact_reason():
    server = APIClient(headers=make_key())
    make_identity("ann")
    keys_told = set()
    for cause in (unknown, expired, exhausted, foreign, nobodys):
        response, _ran = ask(server, "/v1/validations", cause())
        keys_told.add(response.json()["redeemables"][0]["result"]["error"]["key"])
    assert keys_told == {
        "not_found",
        "voucher_expired",
        "quantity_exceeded",
        "customer_rules_violated",
    }


@pytest.mark.parametrize("path", [VALIDATE, REDEEM])
def test_guesses_are_throttled_and_a_throttled_request_is_not_stored(pages, path, frozen):
    ApiKey.objects.update(wrong_codes_per_caller=5)
    make_generic(code="GOOD")
    for number in range(5):
        ask(pages, path, f"GUESS-{number}")
    refused, _ran = ask(pages, path, "GOOD", **{"Idempotency-Key": "order-1"})
    assert refused.status_code == 429
    assert refused.json()["key"] == "too_many_requests"

    frozen.advance(timedelta(seconds=int(refused.headers["Retry-After"])))
    again, _ran = ask(pages, path, "GOOD", **{"Idempotency-Key": "order-1"})
    assert again.status_code == 200
    assert "Idempotent-Replayed" not in again.headers


def test_the_shop_s_server_is_held_up_for_a_guessing_customer_and_nobody_else():
    server = APIClient(headers=make_key())
    ApiKey.objects.update(wrong_codes_per_caller=3)
    for number in range(3):
        ask(server, "/v1/validations", f"GUESS-{number}")
    assert ask(server, "/v1/validations", "GUESS-9")[0].status_code == 429
    assert ask(server, "/v1/validations", "GUESS-9", customer="bea")[0].status_code == 200
