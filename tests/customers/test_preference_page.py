"""The page behind a signed link: everything a customer allows, each withdrawn by one press."""

from datetime import timedelta

import pytest

from config.shared import clock
from config.shared.clock import FrozenClock
from config.shared.models import Project
from customers import links
from customers.models import ConsentEvent, ConsentState, Customer, Merge, OptIn
from customers.public.proof import network_of
from customers.services import consent
from customers.services.own_consents import Subject, grant, withdraw
from tests.customers.test_consent import event, may_email
from tests.factories import NOON
from tests.races.harness import at_once

from .public_shop import BODY, browser, page_of, path, person, text

pytestmark = pytest.mark.django_db
EMAIL = "marketing:email:"


@pytest.fixture(autouse=True)
def frozen():
    with clock.use(FrozenClock(NOON + timedelta(hours=1))) as frozen:
        yield frozen


@pytest.fixture
def ann():
    identity = person(email="ann@example.com")
    consent.record_consents(
        [
            event(identity, "granted", 0, 0, text=text()),
            event(identity, "granted", 0, 0, channel="", data_category="SEARCH_HISTORY"),
        ]
    )
    return identity


def shown(customer: Customer) -> str:
    return browser().get(page_of(customer)).content.decode()


class TestShowing:
    def test_each_consent_with_since_and_the_text_agreed_to(self, ann) -> None:
        page = shown(ann.customer)
        assert BODY in page
        assert "17 Mar 2026" in page
        assert "searches" in page
        assert "ann@example.com" not in page
        assert "a•••@example.com" in page

    def test_in_the_customers_language(self, ann) -> None:
        Customer.objects.update(language="tr")
        answer = browser().get(page_of(ann.customer))
        assert '<html lang="tr">' in answer.content.decode()
        assert answer.headers["Content-Language"] == "tr"

    def test_the_words_are_in_the_customers_language_where_there_are_any(self, ann) -> None:
        subject = {"channel": "", "data_category": "BROWSE_HISTORY"}
        for locale, body in (("tr", "Olur."), ("en", "All right."), ("de", "Gut.")):
            text(body, locale=locale, **subject)
        text("Nur deutsch.", channel="sms", locale="de")
        page = shown(ann.customer)
        assert "All right." in page
        assert "Olur." not in page
        assert "Nur deutsch." in page

    def test_without_cookies_scripts_and_indexes(self, ann) -> None:
        answer = browser().get(page_of(ann.customer))
        assert not answer.cookies
        assert "script" not in answer.content.decode()
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'")
        assert "unsafe" not in policy
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in answer.headers["X-Robots-Tag"]
        assert "no-store" in answer.headers["Cache-Control"]

    def test_looking_changes_nothing(self, ann) -> None:
        before = ConsentEvent.objects.count()
        for _ in range(10):
            browser().get(page_of(ann.customer))
            browser().get(path(links.unsubscribe_url(ann.customer.public_id)))
        assert ConsentEvent.objects.count() == before

    def test_a_link_of_ours_only(self, ann) -> None:
        good = page_of(ann.customer)
        for wrong in (good[:-2] + "/", "/c/cust_x.abc/", path(links.preferences_url("cust_no"))):
            assert browser().get(wrong).status_code == 404
            assert browser().post(wrong, {"everything": "1"}).status_code == 404
        assert may_email(ann)

    def test_a_merged_record_keeps_its_link(self, ann) -> None:
        Merge.objects.create(
            kept=ann.customer,
            absorbed_pk=0,
            absorbed_public_id="cust_absorbed",
            merged_at=NOON,
            undo_until=NOON,
        )
        assert browser().get(path(links.preferences_url("cust_absorbed"))).status_code == 200


class TestDeciding:
    def test_one_press_withdraws_and_a_second_writes_nothing(self, ann) -> None:
        answer = browser().post(page_of(ann.customer), {"withdraw": EMAIL})
        assert answer.status_code == 303
        assert not may_email(ann)
        count = ConsentEvent.objects.count()
        browser().post(page_of(ann.customer), {"withdraw": EMAIL})
        assert ConsentEvent.objects.count() == count
        written = ConsentEvent.objects.latest("id")
        assert (written.actor_kind, written.source) == ("customer", "preference page")
        assert written.proof["network"] == "127.0.0.0/24"

    def test_everything_at_once(self, ann) -> None:
        browser().post(page_of(ann.customer), {"everything": "1"})
        assert not ConsentState.objects.filter(allowed=True).exists()
        assert "Withdraw everything" not in shown(ann.customer)

    def test_withdrawing_takes_as_many_presses_as_granting(self, ann) -> None:
        text("Searches too.", channel="", data_category="BROWSE_HISTORY")
        page = shown(ann.customer)
        assert page.count('name="withdraw"') == 2
        assert page.count('name="grant"') == 1

    def test_agreeing_records_the_words_shown(self, ann) -> None:
        offered = text("You may use my visits.", channel="", data_category="BROWSE_HISTORY")
        assert "You may use my visits." in shown(ann.customer)
        browser().post(page_of(ann.customer), {"grant": offered.pk})
        state = ConsentState.objects.get(data_category="BROWSE_HISTORY")
        assert (state.allowed, state.event.text) == (True, offered)

    def test_email_waits_for_its_confirmation_where_the_project_says_so(self, ann) -> None:
        browser().post(page_of(ann.customer), {"everything": "1"})
        clock.current().advance(timedelta(minutes=1))  # type: ignore[attr-defined]
        offered = text("Once more.")
        answer = browser().post(page_of(ann.customer), {"grant": offered.pk})
        assert answer.headers["Location"].endswith("?done=asked")
        assert OptIn.objects.get().text == offered
        assert not may_email(ann)
        assert "until you use the link" in shown(ann.customer)
        Project.objects.update(double_opt_in=False)
        browser().post(page_of(ann.customer), {"grant": offered.pk})
        assert may_email(ann)

    @pytest.mark.parametrize(
        "more", [{"origin": "shop"}, {"published": None}, {"superseded": True}]
    )
    def test_only_words_in_force_can_be_agreed_to(self, ann, more) -> None:
        offered = text(
            "Old words.", channel="sms", **{k: v for k, v in more.items() if k == "origin"}
        )
        if "published" in more:
            type(offered).objects.filter(pk=offered.pk).update(published_at=None)
        if "superseded" in more:
            text("New words.", channel="sms")
        assert "Old words." not in shown(ann.customer)
        answer = browser().post(page_of(ann.customer), {"grant": offered.pk})
        assert answer.status_code == 400
        assert not ConsentState.objects.filter(channel="sms").exists()

    def test_a_child_is_told_and_nothing_is_recorded(self, ann) -> None:
        Customer.objects.update(birth_year=2015, birth_month=1, birth_day=1)
        offered = text("Sms.", channel="sms")
        answer = browser().post(page_of(ann.customer), {"grant": offered.pk})
        assert answer.status_code == 400
        assert not ConsentState.objects.filter(channel="sms").exists()

    @pytest.mark.parametrize("nonsense", [{}, {"withdraw": "x"}, {"grant": "9" * 30}])
    def test_nonsense_changes_nothing(self, ann, nonsense) -> None:
        count = ConsentEvent.objects.count()
        assert browser().post(page_of(ann.customer), nonsense).status_code in {303, 400}
        assert ConsentEvent.objects.count() == count


class TestOneClick:
    @pytest.mark.parametrize("form", ["urlencoded", "multipart"])
    def test_a_mail_programs_post_without_a_cookie(self, ann, form) -> None:
        url = path(links.unsubscribe_url(ann.customer.public_id))
        body = {"List-Unsubscribe": "One-Click"}
        if form == "multipart":
            answer = browser().post(url, body)
        else:
            kind = "application/x-www-form-urlencoded"
            answer = browser().post(url, "List-Unsubscribe=One-Click", content_type=kind)
        assert answer.status_code == 200
        assert "Location" not in answer.headers
        assert not answer.cookies
        assert not may_email(ann)
        assert ConsentState.objects.get(data_category="SEARCH_HISTORY").allowed

    def test_who_was_never_asked_has_refused(self) -> None:
        identity = person()
        url = path(links.unsubscribe_url(identity.customer.public_id))
        for _ in range(100):
            browser().post(url)
        assert ConsentEvent.objects.count() == 1
        assert not ConsentState.objects.get().allowed

    def test_one_byte_changed_changes_nothing_and_names_nobody(self, ann) -> None:
        url = path(links.unsubscribe_url(ann.customer.public_id))
        for place in range(len("/c/"), url.rindex("/")):
            wrong = url[:place] + ("x" if url[place] != "x" else "y") + url[place + 1 :]
            answer = browser().post(wrong)
            assert answer.status_code == 404, place
        assert "example.com" not in answer.content.decode()
        assert may_email(ann)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("", ""),
        ("unknown", ""),
    ],
)
def test_an_address_is_kept_as_its_network_only(address, network) -> None:
    assert network_of(address) == network


@pytest.mark.django_db(transaction=True)
def test_a_grant_and_a_withdrawal_at_once_leave_the_ledger_and_the_state_in_agreement() -> None:
    Project.objects.update(double_opt_in=False)
    identity, words = person(), text()
    about = {"customer_id": identity.customer_id, "source": "page", "proof": {}}

    def work(number: int) -> None:
        at = NOON + timedelta(hours=2)
        if number % 2:
            grant(text_id=words.pk, at=at, **about)
        else:
            withdraw(subjects=[Subject("marketing", "email", "")], at=at, **about)

    at_once(work, clients=12)
    # All at one moment, so the withdrawal wins whoever came first.
    assert not may_email(identity)
    assert consent.differences() == 0
