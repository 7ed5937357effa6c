"""Double opt-in: only the use of the link allows, once, within 48 hours, whoever fetches it."""

from datetime import timedelta

import pytest

from config.shared import clock
from config.shared.clock import FrozenClock
from customers import links
from customers.models import ConsentEvent, ConsentState, Customer, OptIn
from messaging.models import Delivery, OutboxMessage
from messaging.tasks import deliver_due
from tests.customers.api.conftest import Shop
from tests.factories import NOON
from tests.rewards.makers import make_key

from .public_shop import browser, path

TOLD = {
    "customer": {"source_id": "17850", "email": "ann@example.com", "language": "en"},
    "channel": "email",
    "action": "granted",
    "source": "newsletter form",
    "source_id": "c-1",
    "text": "Yes, write to me.",
    "locale": "en",
    "double_opt_in": True,
}


@pytest.fixture
def frozen():
    with clock.use(FrozenClock(NOON)) as frozen:
        yield frozen


@pytest.fixture
def shop(db, frozen) -> Shop:
    return Shop(make_key())


def link() -> str:
    return path(links.confirm_url(OptIn.objects.get().public_id))


def allows_email() -> bool:
    return ConsentState.objects.filter(channel="email", allowed=True).exists()


class TestAsking:
    def test_is_pending_and_no_state(self, shop) -> None:
        answer = shop.post("consents", TOLD)
        assert (answer.status_code, answer.json()["status"]) == (200, "pending")
        assert answer.json()["id"] == OptIn.objects.get().public_id
        assert not ConsentState.objects.exists()
        assert list(ConsentEvent.objects.values_list("action", flat=True)) == ["served"]

    def test_twice_is_asked_once(self, shop) -> None:
        first = shop.post("consents", TOLD).json()
        assert shop.post("consents", TOLD).json()["status"] == "duplicate"
        again = shop.post("consents", TOLD | {"source_id": "c-2"}).json()
        assert again["id"] == first["id"]
        deliver_due()
        assert Delivery.objects.count() == OutboxMessage.objects.count() == 1

    def test_later_a_new_link_is_sent(self, shop, frozen) -> None:
        shop.post("consents", TOLD)
        frozen.advance(timedelta(hours=2))
        shop.post("consents", TOLD | {"source_id": "c-2"})
        assert OptIn.objects.count() == 2

    def test_whoever_agreed_is_not_asked(self, shop) -> None:
        shop.post("consents", TOLD | {"double_opt_in": False})
        assert shop.post("consents", TOLD | {"source_id": ""}).json()["status"] == "duplicate"
        assert not OptIn.objects.exists()

    @pytest.mark.parametrize(
        "wrong",
        [
            {"action": "refused"},
            {"channel": "sms"},
            {"customer": {"source_id": "nobody"}},
        ],
    )
    def test_what_cannot_be_confirmed_is_refused(self, shop, wrong) -> None:
        answer = shop.post("consents", TOLD | wrong)
        assert (answer.status_code, answer.json()["key"]) == (400, "invalid_consent")
        assert not OptIn.objects.exists()

    def test_in_a_batch_and_below_the_customer(self, shop) -> None:
        [pending, created] = shop.batch(
            "consents",
            [TOLD, TOLD | {"source_id": "c-3", "channel": "sms", "double_opt_in": False}],
        )
        assert (pending["status"], created["status"]) == ("pending", "created")
        body = {key: value for key, value in TOLD.items() if key != "customer"}
        answer = shop.post("customers/17850/consents", body | {"source_id": "c-4"})
        assert answer.json()["status"] == "pending"


class TestTheMessage:
    def test_leaves_once_in_the_customers_language_with_the_link(self, shop) -> None:
        shop.post("consents", TOLD | {"customer": TOLD["customer"] | {"language": "tr"}})
        deliver_due()
        deliver_due()
        message = OutboxMessage.objects.get()
        assert "yazabilir mi" in message.subject
        assert links.confirm_url(OptIn.objects.get().public_id) in message.text
        assert "Yes, write to me." in message.html
        assert "List-Unsubscribe" not in message.headers
        assert "ann" not in link()

    @pytest.mark.parametrize("mark", ["restricted", "bereaved"])
    def test_does_not_leave_to_a_marked_person(self, shop, mark) -> None:
        shop.post("consents", TOLD)
        Customer.objects.update(restriction=mark)
        deliver_due()
        assert (Delivery.objects.get().state, Delivery.objects.get().reason) == ("skipped", mark)

    def test_does_not_leave_once_the_link_ran_out(self, shop, frozen) -> None:
        shop.post("consents", TOLD)
        frozen.advance(timedelta(hours=48))
        deliver_due()
        assert not Delivery.objects.exists()


class TestTheLink:
    def test_ten_scanners_change_nothing_one_press_does_and_a_second_nothing(self, shop) -> None:
        shop.post("consents", TOLD)
        for _ in range(10):
            page = browser().get(link())
            assert (page.status_code, page.cookies) == (200, {})
            assert b"Yes, write to me." in page.content
        browser().head(link())
        assert not allows_email()

        first = browser().post(link(), REMOTE_ADDR="192.0.2.77", HTTP_USER_AGENT="Firefox " * 80)
        assert (first.status_code, b"confirmed" in first.content) == (200, True)
        assert allows_email()
        event = ConsentEvent.objects.get(action="confirmed")
        assert event.proof["network"] == "192.0.2.0/24"
        assert len(event.proof["user_agent"]) <= 120
        assert event.text.body == "Yes, write to me."

        again = browser().post(link())
        assert (again.status_code, b"already" in again.content) == (200, True)
        assert ConsentEvent.objects.filter(action="confirmed").count() == 1
        assert b"already" in browser().get(link()).content

    def test_forged_unknown_and_expired_links_show_one_and_the_same_page(
        self, shop, frozen
    ) -> None:
        shop.post("consents", TOLD)
        good = link()
        forged = good[:-3] + ("aa/" if good[-3:] != "aa/" else "bb/")
        unknown = path(links.confirm_url("optin_nobody"))
        preferences = path(links.preferences_url(Customer.objects.get().public_id))
        crossed = "/c/confirm/" + preferences.removeprefix("/c/")
        frozen.advance(timedelta(hours=48))
        answers = {
            (answer.status_code, answer.content)
            for url in (forged, unknown, crossed, good, "/c/confirm/" + "x" * 3000 + "/")
            for answer in (browser().get(url), browser().post(url))
        }
        assert len(answers) == 1, answers
        assert not allows_email()

    def test_a_second_before_48_hours_it_works(self, shop, frozen) -> None:
        shop.post("consents", TOLD)
        frozen.advance(timedelta(hours=48) - timedelta(seconds=1))
        browser().post(link())
        assert allows_email()

    def test_a_withdrawal_after_the_confirmation_stays(self, shop, frozen) -> None:
        shop.post("consents", TOLD)
        browser().post(link())
        frozen.advance(timedelta(seconds=1))
        customer = Customer.objects.get()
        browser().post(path(links.unsubscribe_url(customer.public_id)))
        browser().post(link())
        assert not allows_email()

    def test_who_turns_out_to_be_a_child_cannot_confirm(self, shop) -> None:
        shop.post("consents", TOLD)
        shop.post("customers", TOLD["customer"] | {"birthdate": "2015-05-31"})
        assert browser().post(link()).status_code == 404
        assert not allows_email()
