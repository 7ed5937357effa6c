"""The age of consent: who is known to be younger cannot agree, and growing up agrees to nothing."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.shared import clock
from config.shared.actors import SYSTEM
from config.shared.models import Project
from customers import selectors
from customers.ages import under
from customers.asked import AskedConsent, AskedCustomer, Status
from customers.errors import UnusableConsent
from customers.models import ConsentEvent, ConsentState, Identity
from customers.services import ages, consent
from customers.services.ages import apply_consent_age
from customers.services.consent_intake import receive_consents
from customers.services.customers import update_customer
from customers.services.people import receive_customers
from tests.customers.test_consent import event, may_email
from tests.factories import NOON, IdentityFactory

YEAR = timedelta(days=366)


@given(st.dates(date(1950, 1, 1), date(2020, 12, 31)), st.integers(13, 18), st.integers(-3, 3))
def test_a_birthday_is_the_first_day_of_the_new_age(born: date, age: int, days: int) -> None:
    comes_of_age = date(born.year + age, 3, 1) if (born.month, born.day) == (2, 29) else None
    leap = comes_of_age and (born.year + age) % 4 == 0
    first = born.replace(year=born.year + age) if not comes_of_age or leap else comes_of_age
    on = first + timedelta(days=days)
    assert under(age, born=(born.year, born.month, born.day), on=on) is (days < 0)


def test_without_a_year_nothing_is_known() -> None:
    assert not under(16, born=(None, 5, 31), on=date(2026, 1, 1))


@pytest.fixture
def frozen():
    with clock.use(clock.FrozenClock(NOON)) as frozen:
        yield frozen


@pytest.fixture
def child(db, frozen) -> Identity:
    """Fifteen until tomorrow: 18 March 2026 is the sixteenth birthday."""
    return IdentityFactory(
        customer__birth_year=2010, customer__birth_month=3, customer__birth_day=18
    )


def test_who_is_known_to_be_younger_cannot_agree(child: Identity) -> None:
    with pytest.raises(UnusableConsent, match="guardian"):
        consent.record_consents([event(child, "granted", 0, 0)])
    consent.record_consents([event(child, "withdrawn", 0, 0)])
    assert not may_email(child)


def test_a_guardian_can(child: Identity) -> None:
    consent.record_consents([event(child, "granted", 0, 0, proof={"guardian": "the mother"})])
    assert may_email(child)


def test_the_day_counts_on_the_persons_own_clock(child: Identity) -> None:
    # 22:00 in UTC is 01:00 of the birthday in Istanbul.
    consent.record_consents([event(child, "granted", 10, 10)])
    assert may_email(child)


def test_the_project_decides_the_age(child: Identity) -> None:
    Project.objects.update(consent_age=13)
    consent.record_consents([event(child, "granted", 0, 0)])
    assert may_email(child)


@pytest.mark.django_db
def test_a_birth_date_that_arrives_later_ends_what_was_agreed_too_young(frozen) -> None:
    identity = IdentityFactory()
    consent.record_consents(
        [
            event(identity, "granted", 0, 0),
            event(identity, "granted", 0, 0, channel="sms", proof={"guardian": "the father"}),
            event(identity, "granted", 0, 0, channel="", data_category="SEARCH_HISTORY"),
        ]
    )
    told = {"birth_year": 2012, "birth_month": 5, "birth_day": 31}
    update_customer(customer=identity.customer, actor=SYSTEM, **told)
    allowed = ConsentState.objects.filter(customer=identity.customer_id, allowed=True)
    assert [state.channel for state in allowed] == ["sms"]
    assert set(ConsentEvent.objects.filter(action="expired").values_list("source", flat=True)) == {
        "age"
    }
    update_customer(customer=identity.customer, actor=SYSTEM, city="Ankara")
    assert ConsentEvent.objects.filter(action="expired").count() == 2


@pytest.mark.django_db
def test_the_same_when_the_shop_tells_it(frozen) -> None:
    identity = IdentityFactory()
    consent.record_consents([event(identity, "granted", 0, 0)])
    profile = {"birth_year": 2012, "birth_month": 5, "birth_day": 31}
    receive_customers(
        asked=[AskedCustomer(source_id=identity.external_id, profile=profile)],
        actor=SYSTEM,
        at=NOON,
    )
    assert not may_email(identity)


@pytest.mark.django_db
def test_growing_up_allows_nothing_by_itself(frozen) -> None:
    identity = IdentityFactory()
    consent.record_consents([event(identity, "granted", 0, 0)])
    told = {"birth_year": 2012, "birth_month": 5, "birth_day": 31}
    update_customer(customer=identity.customer, actor=SYSTEM, **told)
    frozen.advance(10 * YEAR)
    later = selectors.customers_allowing(
        [identity.customer_id], channel="email", at=NOON + 10 * YEAR
    )
    assert later == set()


@pytest.mark.django_db
def test_of_a_batch_only_the_child_is_rejected(child: Identity) -> None:
    def told(source_id: str) -> AskedConsent:
        return AskedConsent(
            customer=AskedCustomer(source_id=source_id),
            purpose="marketing",
            action="granted",
            basis="consent",
            source="checkout",
            captured_at=NOON,
            channel="email",
        )

    outcomes = receive_consents(
        asked=[told("somebody"), told(child.external_id), told("else")], actor=SYSTEM, at=NOON
    )
    assert [outcome.status for outcome in outcomes] == [
        Status.CREATED,
        Status.REJECTED,
        Status.CREATED,
    ]


class TestAHigherAge:
    """The project raises its age of consent, for instance on moving to another country."""

    @pytest.fixture
    def agreed(self, child: Identity) -> Identity:
        """At fifteen, where thirteen was enough."""
        Project.objects.update(consent_age=13, consent_age_applied=13)
        consent.record_consents([event(child, "granted", 0, 0)])
        assert may_email(child)
        return child

    def test_ends_what_was_agreed_to_below_it(self, agreed: Identity) -> None:
        Project.objects.update(consent_age=16)
        assert apply_consent_age(at=NOON) == 1
        assert not may_email(agreed)
        ended = ConsentEvent.objects.latest("pk")
        assert (ended.action, ended.source, ended.actor_kind) == ("expired", "age", "system")

    def test_is_followed_once(self, agreed: Identity) -> None:
        Project.objects.update(consent_age=16)
        apply_consent_age(at=NOON)
        assert Project.objects.get().consent_age_applied == 16
        assert apply_consent_age(at=NOON) == 0
        assert ConsentEvent.objects.filter(action="expired").count() == 1

    def test_leaves_whoever_was_old_enough(self, agreed: Identity) -> None:
        """Fifteen is enough where the age is raised to fifteen."""
        Project.objects.update(consent_age=15)
        assert apply_consent_age(at=NOON) == 0
        assert may_email(agreed)

    def test_leaves_what_a_guardian_agreed_to(self, child: Identity) -> None:
        Project.objects.update(consent_age=13, consent_age_applied=13)
        told = event(child, "granted", 0, 0)
        told.proof = {"guardian": "Ayşe Yılmaz, mother"}
        consent.record_consents([told])
        Project.objects.update(consent_age=16)
        assert apply_consent_age(at=NOON) == 0
        assert may_email(child)

    def test_a_lower_one_allows_nothing_again(self, agreed: Identity) -> None:
        Project.objects.update(consent_age=16)
        apply_consent_age(at=NOON)
        Project.objects.update(consent_age=13)
        assert apply_consent_age(at=NOON) == 0
        assert not may_email(agreed)
        assert Project.objects.get().consent_age_applied == 13

    def test_killed_between_batches_it_ends_the_rest(self, frozen, db, monkeypatch) -> None:
        Project.objects.update(consent_age=13, consent_age_applied=13)
        monkeypatch.setattr(ages, "_AT_ONCE", 2)
        children = [
            IdentityFactory(
                customer__birth_year=2011, customer__birth_month=1, customer__birth_day=1
            )
            for _n in range(5)
        ]
        consent.record_consents([event(one, "granted", 0, 0) for one in children])
        Project.objects.update(consent_age=16)
        expire, calls = ages.expire_under_age, []

        def killed(*args, **kwargs):
            calls.append(1)
            if len(calls) == 2:
                raise KeyboardInterrupt
            return expire(*args, **kwargs)

        with monkeypatch.context() as patch:
            patch.setattr(ages, "expire_under_age", killed)
            with pytest.raises(KeyboardInterrupt):
                apply_consent_age(at=NOON)
        assert Project.objects.get().consent_age_applied == 13
        assert apply_consent_age(at=NOON) == 3
        assert not any(may_email(one) for one in children)
