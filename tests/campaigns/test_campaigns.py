"""Making, launching, pausing and stopping campaigns; what they say; who would be due."""

from datetime import UTC, datetime, time, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from campaigns.errors import (
    CampaignChanged,
    CampaignInvalid,
    CampaignNotReady,
    WrongCampaignState,
)
from campaigns.models import Campaign, Decision
from campaigns.readiness import problems
from campaigns.selectors import due_between
from campaigns.services.campaigns import (
    create_campaign,
    launch,
    pause,
    resume,
    stop,
    update_campaign,
)
from campaigns.services.handing_over import SOURCE_KIND
from campaigns.services.ticking import tick
from config.shared.actors import SYSTEM, Actor
from config.shared.models import AuditEntry, Brand
from messaging.selectors import preview
from messaging.services.templates import save_template_version
from tests.factories import (
    CampaignFactory,
    CustomerFactory,
    EffectFactory,
    IdentityFactory,
    PromotionFactory,
    SegmentFactory,
    TemplateFactory,
    TemplateVersionFactory,
)

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 21, 6, tzinfo=UTC)
MARKETER = Actor("staff", "7")


def words(text: str = "Hello", subject: str = "Hello", **fields):
    """A template that says this."""
    body = (
        "<mjml><mj-body><mj-section><mj-column><mj-text>"
        f"{text}</mj-text></mj-column></mj-section></mj-body></mjml>"
    )
    template = fields.pop("template", None) or TemplateFactory()
    save_template_version(
        template=template, subject=subject, body=body, actor=SYSTEM, at=AT, **fields
    )
    return template


def offer(**fields):
    promotion = PromotionFactory(name="Birthday gift", currency="EUR", **fields)
    EffectFactory(promotion=promotion)
    return promotion


def ready(**fields) -> Campaign:
    return create_campaign(
        actor=MARKETER, at=AT, **{"name": "Birthdays", "template": words()} | fields
    )


def fields_of(campaign: Campaign) -> list[str]:
    return [problem.field for problem in problems(campaign, at=AT)]


def born_today(**fields):
    return IdentityFactory(
        customer__birth_month=11,
        customer__birth_day=21,
        **{f"customer__{name}": value for name, value in fields.items()},
    ).customer


class TestDrafts:
    def test_a_draft_may_be_incomplete(self):
        campaign = create_campaign(name=" Birthdays ", actor=MARKETER, at=AT)
        assert (campaign.name, campaign.state) == ("Birthdays", "draft")
        assert AuditEntry.objects.get().action == "campaign.created"

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("name", ""),
            ("offset_days", 61),
            ("max_lateness", 4),
            ("occasion", "full moon"),
            ("leap_policy", "never"),
        ],
    )
    def test_impossible_values_are_refused_by_name(self, field, value):
        with pytest.raises(CampaignInvalid) as refused:
            create_campaign(**{"name": "x", field: value}, actor=MARKETER, at=AT)
        assert list(refused.value.problems) == [field]
        assert not Campaign.objects.exists()

    def test_a_name_is_given_once(self):
        ready()
        with pytest.raises(CampaignInvalid, match="name"):
            ready()

    def test_changing_says_what_changed(self):
        campaign = ready()
        update_campaign(
            campaign=campaign, actor=MARKETER, at=AT, send_time=time(10), name="Birthdays"
        )
        entry = AuditEntry.objects.latest("id")
        assert (entry.action, entry.fields, entry.actor_id) == (
            "campaign.changed",
            ["send_time"],
            "7",
        )

    def test_the_slower_of_two_is_told(self):
        campaign = ready()
        update_campaign(
            campaign=campaign, actor=MARKETER, at=AT + timedelta(seconds=1), offset_days=1
        )
        with pytest.raises(CampaignChanged):
            update_campaign(campaign=campaign, actor=MARKETER, at=AT, offset_days=2)

    def test_what_is_live_cannot_be_changed(self):
        campaign = launch(campaign=ready(), actor=MARKETER, at=AT)
        with pytest.raises(WrongCampaignState):
            update_campaign(campaign=campaign, actor=MARKETER, at=AT, offset_days=2)


class TestReadiness:
    def test_nothing_is_missing(self):
        assert fields_of(ready()) == []

    def test_no_message(self):
        assert fields_of(ready(template=None)) == ["template"]

    def test_a_message_without_words(self):
        assert fields_of(ready(template=TemplateFactory())) == ["template"]

    def test_words_that_cannot_be_sent(self):
        broken = TemplateVersionFactory(subject="Hi {{ customer.first_name }}").template
        assert fields_of(ready(template=broken)) == ["template", "template"]

    def test_a_code_without_an_offer(self):
        assert fields_of(ready(template=words("{{ code.code }}"))) == ["promotion"]

    def test_an_offer_that_is_switched_off(self):
        assert fields_of(ready(promotion=offer(active=False))) == ["promotion"]

    def test_an_offer_that_gives_nothing(self):
        assert fields_of(ready(promotion=PromotionFactory())) == ["promotion"]

    def test_an_audience_that_cannot_be_read(self):
        assert fields_of(ready(segment=SegmentFactory(rules={"field": "nothing"}))) == ["segment"]

    @pytest.mark.parametrize(
        ("country", "key", "wrong"),
        [
            ("", "", ["holiday_key"]),
            ("IE", "republic_day", ["holiday_key"]),
            ("XX", "st_patricks_day", ["holiday_key"]),
            ("IE", "st_patricks_day", []),
            ("TR", "republic_day", []),
        ],
    )
    def test_the_holiday(self, country, key, wrong):
        campaign = ready(occasion="holiday", holiday_country=country, holiday_key=key)
        assert fields_of(campaign) == wrong


class TestLaunching:
    def test_looks_back_as_far_as_messages_may_be_late(self):
        on_time, too_long_ago = born_today(), born_today(zone="Pacific/Auckland")
        campaign = launch(campaign=ready(), actor=MARKETER, at=AT + timedelta(hours=2))
        assert (campaign.state, campaign.launched_at) == ("live", AT + timedelta(hours=2))
        tick(at=AT + timedelta(hours=2))
        assert Decision.objects.get().customer == on_time
        assert not too_long_ago.decisions.exists()

    def test_says_everything_that_is_missing(self):
        with pytest.raises(CampaignNotReady) as refused:
            launch(campaign=ready(template=None), actor=MARKETER, at=AT)
        assert [problem.field for problem in refused.value.problems] == ["template"]
        assert Campaign.objects.get().state == "draft"

    def test_twice_changes_nothing(self):
        campaign = launch(campaign=ready(), actor=MARKETER, at=AT)
        again = launch(campaign=campaign, actor=MARKETER, at=AT + timedelta(days=1))
        assert again.launched_at == AT
        assert AuditEntry.objects.filter(action="campaign.launched").count() == 1

    def test_after_a_pause_nothing_disappears(self):
        zones = ["Asia/Kathmandu", "Europe/Istanbul", "America/New_York"]
        early, middle, late = (born_today(zone=zone) for zone in zones)
        campaign = launch(campaign=ready(), actor=MARKETER, at=AT - timedelta(hours=20))
        pause(campaign=campaign, actor=MARKETER, at=AT - timedelta(hours=19))
        tick(at=AT)
        assert not Decision.objects.exists()
        at = AT + timedelta(hours=5)
        resume(campaign=campaign, actor=MARKETER, at=at)
        tick(at=at)
        states = dict(Decision.objects.values_list("customer", "state"))
        assert states == {early.pk: "too_late", middle.pk: "due"}
        tick(at=AT + timedelta(hours=8))
        assert late.decisions.get().state == "due"

    def test_a_short_pause_is_looked_back_over_as_well(self):
        """The hour may have been changed meanwhile."""
        born_today()
        campaign = launch(campaign=ready(send_time=time(11)), actor=MARKETER, at=AT)
        tick(at=AT + timedelta(minutes=10))
        pause(campaign=campaign, actor=MARKETER, at=AT + timedelta(minutes=11))
        campaign.refresh_from_db()
        update_campaign(
            campaign=campaign, actor=MARKETER, at=AT + timedelta(minutes=12), send_time=time(9)
        )
        resume(campaign=campaign, actor=MARKETER, at=AT + timedelta(minutes=13))
        tick(at=AT + timedelta(minutes=14))
        assert Decision.objects.get().due_at == AT

    def test_what_was_launched_keeps_a_message(self):
        campaign = launch(campaign=ready(), actor=MARKETER, at=AT)
        campaign = pause(campaign=campaign, actor=MARKETER, at=AT)
        with pytest.raises(CampaignInvalid, match="message"):
            update_campaign(campaign=campaign, actor=MARKETER, at=AT, template=None)

    def test_what_was_stopped_stays_stopped(self):
        campaign = launch(campaign=ready(), actor=MARKETER, at=AT)
        stop(campaign=campaign, actor=MARKETER, at=AT)
        for move in (launch, pause, resume):
            with pytest.raises(WrongCampaignState):
                move(campaign=campaign, actor=MARKETER, at=AT)


class TestWords:
    def shown(self, text: str, campaign: Campaign, *, language: str = "en", **fields):
        template = campaign.template
        words(text, template=template, language=language)
        customer = CustomerFactory(language=language, **fields)
        return preview(
            template,
            customer=customer,
            at=AT,
            source_kind=SOURCE_KIND,
            source_id=campaign.pk,
        ).text

    def test_a_preview_shows_the_offer_and_an_example_of_a_code(self):
        promotion = offer(code_pattern="BDAY-####", minimum_amount=2500, code_lifetime_days=0)
        text = self.shown(
            "{{ offer.name }}, {{ code.code }}, {{ offer.minimum | default: '-' }},"
            " {{ code.last_day | default: '-' }}",
            ready(promotion=promotion),
        )
        assert text == "Birthday gift, BDAY-XXXX, €25.00, November 21, 2026"

    @pytest.mark.parametrize(
        ("language", "country", "day"),
        [
            ("en", "GB", "21 November 2026"),
            ("en", "US", "November 21, 2026"),
            ("tr", "TR", "21 Kasım 2026"),
            ("en", "", "November 21, 2026"),
        ],
    )
    def test_dates_are_written_as_at_home(self, language, country, day):
        promotion = offer(code_pattern="BDAY-####", code_lifetime_days=0)
        text = self.shown(
            "{{ code.last_day | default: '-' }}",
            ready(promotion=promotion),
            language=language,
            country=country,
        )
        assert text == day

    def test_a_preview_of_a_template_shows_a_campaign_that_uses_it(self):
        campaign = ready(promotion=offer(code_pattern="BDAY-####"))
        words("{{ offer.name }}, {{ code.code }}: {{ reason }}", template=campaign.template)
        CampaignFactory(template=campaign.template, promotion=None)  # a draft, still without offer
        shown = preview(campaign.template, customer=CustomerFactory(), at=AT).text
        assert shown.startswith("Birthday gift, BDAY-XXXX: You get this because of your birthday")

    def test_a_preview_of_an_unused_template_shows_an_example(self):
        offer(code_pattern="BDAY-####")
        template = TemplateFactory()
        words("{{ offer.name }}, {{ code.code }}: {{ reason }}", template=template)
        shown = preview(template, customer=CustomerFactory(), at=AT).text
        assert shown.startswith("Birthday gift, BDAY-XXXX: You get this because of your birthday")

    def test_the_holiday_has_a_name_in_the_readers_language(self):
        campaign = ready(occasion="holiday", holiday_country="TR", holiday_key="republic_day")
        assert self.shown("{{ occasion.name }}", campaign) == "Republic Day"
        assert self.shown("{{ occasion.name }}", campaign, language="tr") == "Cumhuriyet Bayramı"

    def test_the_reason_names_the_brand(self):
        Brand.objects.update(name="Tea & Co")
        assert self.shown("{{ reason }}", ready()) == (
            "You get this because of your birthday, and because you allow messages from Tea & Co."
        )


class TestSimulating:
    def test_the_simulation_says_what_the_tick_does(self):
        born_today(), born_today(zone="Asia/Kathmandu"), born_today(zone="Mars/Phobos")
        CustomerFactory()
        campaign = CampaignFactory(
            live=True, launched_at=AT - timedelta(days=1), ticked_until=AT - timedelta(days=1)
        )
        start, end = AT - timedelta(hours=6), AT
        foreseen = due_between(campaign, start, end, at=start)
        tick(at=end)
        decided = Decision.objects.order_by("due_at", "customer")
        assert [(w.customer_id, w.occurrence_key, w.due_at) for w in foreseen] == list(
            decided.values_list("customer", "occurrence_key", "due_at")
        )
        assert len(foreseen) == 3

    def test_who_has_the_occurrence_is_left_out(self):
        born_today()
        campaign = CampaignFactory(
            live=True, launched_at=AT - timedelta(days=1), ticked_until=AT - timedelta(days=1)
        )
        tick(at=AT)
        assert due_between(campaign, AT - timedelta(days=1), AT, at=AT) == []

    def test_a_draft_can_be_simulated(self):
        customer = born_today()
        campaign = CampaignFactory(segment=None)
        (foreseen,) = due_between(campaign, AT - timedelta(days=1), AT, at=AT)
        assert foreseen.customer_id == customer.pk
        assert not Decision.objects.exists()


class TestTheCommand:
    @pytest.mark.parametrize("moment", ["tomorrow", "2026-11-21T06:00:00"])
    def test_a_moment_that_is_none_is_refused(self, moment):
        with pytest.raises(CommandError, match=r"\+00:00"):
            call_command("tick", "--at", moment, stdout=StringIO())
