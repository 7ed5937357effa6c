"""The tick: everybody due gets a decision once, whatever happens around it."""

import threading
from datetime import UTC, date, datetime, time, timedelta
from random import Random

import pytest
from django.db import connection, connections, transaction

from campaigns.models import Campaign, Decision
from campaigns.services import ticking
from campaigns.services.ticking import tick
from config.shared import facts
from config.shared.actors import SYSTEM
from config.shared.localtime import zone_names
from customers.services.customers import update_customer
from tests.factories import CampaignFactory, CustomerFactory, IdentityFactory, SegmentFactory
from tests.tools.waiting import until_facts_are_readable

pytestmark = pytest.mark.django_db


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def born(month: int, day: int, *, zone: str = "Europe/Istanbul", **fields):
    """A customer with that birthday who was stored long ago."""
    return IdentityFactory(
        customer__birth_month=month, customer__birth_day=day, customer__zone=zone, **fields
    ).customer


def live(since: str, **fields) -> Campaign:
    """A campaign whose tick has handled everything up to `since`."""
    return CampaignFactory(
        live=True, launched_at=moment(since), ticked_until=moment(since), **fields
    )


def rows(campaign: Campaign) -> list[tuple[int, str, str]]:
    return sorted(
        Decision.objects.filter(campaign=campaign).values_list(
            "customer_id", "occurrence_key", "state"
        )
    )


class TestBirthdays:
    def test_everybody_is_due_at_nine_on_their_own_clock(self):
        istanbul, kathmandu = born(11, 21), born(11, 21, zone="Asia/Kathmandu")
        campaign = live("2026-11-21T00:00")
        tick(at=moment("2026-11-21T03:14"))
        assert rows(campaign) == []
        tick(at=moment("2026-11-21T03:15"))
        assert rows(campaign) == [(kathmandu.pk, "2026", "due")]
        tick(at=moment("2026-11-21T06:00"))
        assert rows(campaign) == sorted(
            [(kathmandu.pk, "2026", "due"), (istanbul.pk, "2026", "due")]
        )

    def test_due_at_is_the_local_hour_in_utc(self):
        born(11, 21, zone="Asia/Kathmandu")
        campaign = live("2026-11-21T03:00")
        tick(at=moment("2026-11-21T03:30"))
        assert campaign.decisions.get().due_at == moment("2026-11-21T03:15")

    def test_other_birthdays_and_unknown_ones_are_left_alone(self):
        born(11, 20), born(11, 22), CustomerFactory()
        campaign = live("2026-11-21T00:00")
        tick(at=moment("2026-11-22T00:00"))
        assert rows(campaign) == []

    @pytest.mark.parametrize(("policy", "day"), [("feb_28", "2027-02-28"), ("mar_1", "2027-03-01")])
    def test_29_february_in_a_common_year(self, policy, day):
        customer = born(2, 29)
        campaign = live("2027-02-27T12:00", leap_policy=policy)
        for ahead in range(1, 5):
            tick(at=moment("2027-02-27T12:00") + timedelta(days=ahead))
        assert rows(campaign) == [(customer.pk, "2027", "due")] or rows(campaign) == [
            (customer.pk, "2027", "too_late")
        ]
        assert campaign.decisions.get().due_at.date() == date.fromisoformat(day)

    def test_29_february_in_a_leap_year_is_that_day_only(self):
        born(2, 29)
        campaign = live("2028-02-27T12:00")
        tick(at=moment("2028-03-02T12:00"))
        assert [d.due_at.date() for d in campaign.decisions.all()] == [date(2028, 2, 29)]

    def test_three_days_before_a_birthday_in_january_is_last_year(self):
        customer = born(1, 2)
        campaign = live("2026-12-30T00:00", offset_days=-3)
        tick(at=moment("2026-12-30T06:00"))
        assert rows(campaign) == [(customer.pk, "2027", "due")]

    def test_the_whole_next_year_brings_exactly_one_each(self):
        customers = [born(1, 2), born(2, 29), born(12, 31), born(7, 1, zone="Pacific/Apia")]
        campaign = live("2026-12-20T00:00", offset_days=-3)
        campaign.max_lateness = 7 * 24 * 60
        campaign.save()
        at = moment("2026-12-20T00:00")
        for _ in range(61):
            at += timedelta(days=6)
            tick(at=at)
        # 31 December is wished for on the 28th, so that one belongs to the old year.
        keys = ["2027", "2027", "2026", "2027"]
        expected = [(c.pk, key, "due") for c, key in zip(customers, keys, strict=True)]
        assert rows(campaign) == sorted(expected)

    def test_every_zone_over_the_clock_changes_of_a_spring_with_outages(self):
        """Ticks 5 minutes to 5 hours apart, less than the lateness: exactly one message each."""
        random = Random(2026)
        for number, zone in enumerate(sorted(zone_names())):
            day = date(2026, 3, 7) + timedelta(days=number % 50)
            CustomerFactory(birth_month=day.month, birth_day=day.day, zone=zone)
        campaign = live("2026-03-05T00:00", send_time=time(2, 30))
        at = moment("2026-03-05T00:00")
        while at < moment("2026-04-28T12:00"):
            at += timedelta(minutes=random.choice([5, 17, 60, 299]))
            tick(at=at)
        decided = campaign.decisions.values_list("customer", "state")
        assert len(decided) == len(zone_names())
        assert {state for _customer, state in decided} == {"due"}

    def test_a_zone_nobody_knows_counts_as_the_projects(self):
        customer = born(11, 21, zone="Mars/Phobos")
        campaign = live("2026-11-21T00:00")
        tick(at=moment("2026-11-21T06:00"))
        assert rows(campaign) == [(customer.pk, "2026", "due")]


class TestRepeating:
    def test_the_same_tick_again_changes_nothing(self):
        born(11, 21)
        campaign = live("2026-11-21T05:00")
        at = moment("2026-11-21T06:30")
        assert tick(at=at).due == 1
        before = list(Decision.objects.values())
        assert tick(at=at).due == 0
        Campaign.objects.update(ticked_until=moment("2026-11-20T00:00"))
        assert tick(at=at).due == 0
        assert list(Decision.objects.values()) == before
        assert campaign.decisions.count() == 1

    def test_after_an_outage_the_rows_are_the_same_and_the_old_ones_too_late(self):
        zones = ["Pacific/Auckland", "Asia/Kathmandu", "Europe/Istanbul", "America/New_York"]
        customers = {zone: born(11, 21, zone=zone) for zone in zones}
        campaign = live("2026-11-20T12:00")
        tick(at=moment("2026-11-21T15:00"))
        late = [(customers[z].pk, "2026", "too_late") for z in zones[:3]]
        assert rows(campaign) == sorted([*late, (customers[zones[3]].pk, "2026", "due")])

    def test_exactly_as_late_as_allowed_still_leaves(self):
        born(11, 21)
        campaign = live("2026-11-20T12:00", max_lateness=60)
        tick(at=moment("2026-11-21T07:00"))
        assert campaign.decisions.get().state == "due"

    def test_a_minute_later_does_not(self):
        born(11, 21)
        campaign = live("2026-11-20T12:00", max_lateness=60)
        tick(at=moment("2026-11-21T07:01"))
        assert campaign.decisions.get().state == "too_late"

    def test_after_two_years_nothing_disappears(self):
        customer = born(11, 21)
        campaign = live("2024-11-01T00:00")
        tick(at=moment("2026-11-21T06:00"))
        assert rows(campaign) == [
            (customer.pk, "2024", "too_late"),
            (customer.pk, "2025", "too_late"),
            (customer.pk, "2026", "due"),
        ]

    def test_paused_and_stopped_campaigns_stand_still(self):
        born(11, 21)
        for state in ("paused", "stopped", "draft"):
            live("2026-11-21T00:00", state=state, name=state)
        assert tick(at=moment("2026-11-21T06:00")).due == 0

    def test_a_campaign_launched_later_is_not_ticked_before(self):
        born(11, 21)
        campaign = live("2026-11-21T00:00")
        Campaign.objects.update(launched_at=moment("2026-11-22T00:00"))
        tick(at=moment("2026-11-21T06:00"))
        assert rows(campaign) == []


class TestAudience:
    def test_only_the_segment_is_decided(self):
        irish = born(11, 21, customer__country="IE")
        born(11, 21, customer__country="TR")
        rules = {
            "op": "and",
            "rules": [{"field": "profile.country", "cmp": "in", "value": ["IE"]}],
        }
        campaign = live("2026-11-21T00:00", segment=SegmentFactory(rules=rules))
        tick(at=moment("2026-11-21T06:00"))
        assert rows(campaign) == [(irish.pk, "2026", "due")]

    def test_an_audience_that_cannot_be_read_stands_still_until_it_is_mended(self):
        customer = born(11, 21)
        segment = SegmentFactory(rules={"field": "gone.away", "cmp": "eq", "value": 1})
        broken = live("2026-11-21T00:00", segment=segment)
        whole = live("2026-11-21T00:00")
        tick(at=moment("2026-11-21T06:00"))
        assert (rows(broken), rows(whole)) == ([], [(customer.pk, "2026", "due")])
        segment.rules = {"everyone": True}
        segment.save()
        tick(at=moment("2026-11-21T06:05"))
        assert rows(broken) == [(customer.pk, "2026", "due")]

    def test_without_a_segment_everybody_is_meant(self):
        customer = born(11, 21)
        campaign = live("2026-11-21T00:00", segment=None)
        tick(at=moment("2026-11-21T06:00"))
        assert rows(campaign) == [(customer.pk, "2026", "due")]


class TestHolidays:
    ST_PATRICK = {
        "occasion": "holiday",
        "holiday_country": "IE",
        "holiday_key": "st_patricks_day",
        "segment": None,
    }

    def test_customers_from_ireland_wherever_they_live(self):
        in_dublin = IdentityFactory(customer__country="IE", customer__zone="Europe/Dublin").customer
        in_new_york = IdentityFactory(
            customer__country="IE", customer__zone="America/New_York"
        ).customer
        IdentityFactory(customer__country="GB", customer__zone="Europe/Dublin")
        campaign = live("2026-03-17T00:00", **self.ST_PATRICK)
        tick(at=moment("2026-03-17T09:00"))
        assert rows(campaign) == [(in_dublin.pk, "2026-03-17", "due")]
        tick(at=moment("2026-03-17T13:00"))
        assert campaign.decisions.get(customer=in_new_york).due_at == moment("2026-03-17T13:00")
        assert campaign.decisions.count() == 2

    def test_all_countries_when_asked_for(self):
        guest = IdentityFactory(customer__country="GB", customer__zone="Europe/Dublin").customer
        campaign = live("2026-03-17T00:00", **self.ST_PATRICK, only_in_country=False)
        tick(at=moment("2026-03-17T09:00"))
        assert rows(campaign) == [(guest.pk, "2026-03-17", "due")]

    def test_two_days_before_across_the_year(self):
        customer = IdentityFactory(customer__country="TR").customer
        campaign = live(
            "2026-12-29T00:00",
            occasion="holiday",
            holiday_country="TR",
            holiday_key="new_years_day",
            segment=None,
            offset_days=-2,
        )
        tick(at=moment("2026-12-30T06:00"))
        assert rows(campaign) == [(customer.pk, "2027-01-01", "due")]


@pytest.mark.django_db(transaction=True)
class TestLookingBack:
    """Somebody who comes to be due behind the watermark is not forgotten, within the lateness."""

    def test_a_birth_date_told_after_the_hour(self):
        customer = IdentityFactory().customer
        campaign = live("2026-11-21T00:00")
        tick(at=moment("2026-11-21T07:00"))
        update_customer(customer=customer, actor=SYSTEM, birth_month=11, birth_day=21)
        until_facts_are_readable()
        tick(at=moment("2026-11-21T07:01"))
        assert rows(campaign) == [(customer.pk, "2026", "due")]

    def test_not_beyond_the_lateness(self):
        customer = IdentityFactory().customer
        campaign = live("2026-11-21T00:00", max_lateness=30)
        tick(at=moment("2026-11-21T07:00"))
        update_customer(customer=customer, actor=SYSTEM, birth_month=11, birth_day=21)
        until_facts_are_readable()
        tick(at=moment("2026-11-21T07:01"))
        assert rows(campaign) == []

    def test_who_moves_west_has_no_second_birthday(self):
        customer = born(11, 21)
        campaign = live("2026-11-21T00:00")
        tick(at=moment("2026-11-21T06:00"))
        update_customer(customer=customer, actor=SYSTEM, zone="America/New_York")
        until_facts_are_readable()
        tick(at=moment("2026-11-21T14:00"))
        assert rows(campaign) == [(customer.pk, "2026", "due")]

    def test_who_moves_east_past_the_hour_has_it_still(self):
        customer = born(11, 21, zone="America/New_York")
        campaign = live("2026-11-21T00:00")
        tick(at=moment("2026-11-21T08:00"))
        assert rows(campaign) == []
        update_customer(customer=customer, actor=SYSTEM, zone="Europe/Istanbul")
        until_facts_are_readable()
        tick(at=moment("2026-11-21T08:05"))
        assert rows(campaign) == [(customer.pk, "2026", "due")]
        tick(at=moment("2026-11-21T14:05"))
        assert campaign.decisions.count() == 1

    def test_other_facts_and_other_customers_cost_nothing(self):
        born(11, 21)
        campaign = live("2026-11-21T07:00")
        facts.record(kind="order.received", subject_id=1, at=moment("2026-11-21T07:00"))
        until_facts_are_readable()
        tick(at=moment("2026-11-21T07:01"))
        assert rows(campaign) == []
        assert not facts.behind(ticking.LOOKBACK)


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def _race(self, at: datetime, workers: int = 4) -> int:
        """Ticks of several processes at the same moment; returns the decisions they report."""
        reported: list[int] = []
        together = threading.Barrier(workers)

        def work() -> None:
            together.wait()
            reported.append(tick(at=at).due)
            connections.close_all()

        threads = [threading.Thread(target=work) for _ in range(workers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sum(reported)

    def test_two_ticks_at_once_give_the_rows_of_one(self):
        for _ in range(20):
            born(11, 21)
        live("2026-11-21T05:00")
        assert self._race(moment("2026-11-21T06:30")) == 20
        assert Decision.objects.count() == 20

    def test_without_the_unique_key_a_repeated_window_doubles(self):
        """The proof that the test above can fail: the database's key is what holds."""
        born(11, 21)
        live("2026-11-21T05:00")
        with connection.cursor() as cursor, transaction.atomic():
            cursor.execute("ALTER TABLE campaigns_decision DROP CONSTRAINT campaigns_decision_once")
            plain = ticking._DECIDE.replace(
                "ON CONFLICT (campaign_id, customer_id, occurrence_key) DO NOTHING", ""
            )
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(ticking, "_DECIDE", plain)
                tick(at=moment("2026-11-21T06:30"))
                Campaign.objects.update(ticked_until=moment("2026-11-21T05:00"))
                tick(at=moment("2026-11-21T06:30"))
            assert Decision.objects.count() == 2
            transaction.set_rollback(True)


class TestCost:
    def test_a_tick_with_nobody_due_asks_five_times(self, django_assert_num_queries):
        live("2026-11-21T05:01")
        live("2026-11-21T05:01", name="another", send_time=time(10))
        tick(at=moment("2026-11-21T05:01:30"))
        # The cursor of the look-back, facts behind it, savepoint, campaigns, their watermarks.
        with django_assert_num_queries(6):
            tick(at=moment("2026-11-21T05:02"))

    @pytest.mark.parametrize("customers", [1, 40])
    def test_a_tick_with_people_due_asks_as_often_for_one_as_for_many(
        self, customers, django_assert_num_queries
    ):
        for _ in range(customers):
            born(11, 21)
        live("2026-11-21T05:30")
        tick(at=moment("2026-11-21T05:31"))
        with django_assert_num_queries(15):
            assert tick(at=moment("2026-11-21T06:00")).due == customers
