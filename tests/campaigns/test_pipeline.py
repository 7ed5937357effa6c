"""From a birthday to a message in the outbox: the gate, the code, and what stops it."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from campaigns.models import Campaign, Decision
from campaigns.services import campaigns as service
from campaigns.services.handing_over import hand_over
from campaigns.services.ticking import tick
from config.shared.actors import SYSTEM
from customers.models import ConsentState
from messaging import gate
from messaging.models import Delivery, OutboxMessage
from messaging.services.sending import deliver_due
from messaging.services.templates import save_template_version
from rewards.models import Voucher
from tests.factories import (
    CampaignFactory,
    ConsentStateFactory,
    CustomerFactory,
    EffectFactory,
    IdentityFactory,
    PromotionFactory,
    SegmentFactory,
    TemplateFactory,
)

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 21, 6, tzinfo=UTC)
BODY = """
<mjml><mj-body><mj-section><mj-column>
  <mj-text>Happy birthday, {{ customer.first_name | default: 'friend' }}!</mj-text>
  <mj-text>{{ offer.benefits }}: {{ code.code }}
  until {{ code.last_day | default: 'ever' }}</mj-text>
  <mj-text>{{ reason }}</mj-text>
</mj-column></mj-section></mj-body></mjml>
"""


def template(body: str = BODY, subject: str = "For {{ occasion.name }}"):
    made = TemplateFactory()
    save_template_version(
        template=made, subject=subject, body=body, actor=SYSTEM, at=AT - timedelta(days=9)
    )
    return made


def birthday_campaign(**fields) -> Campaign:
    promotion = PromotionFactory(code_pattern="BDAY-####-####", code_lifetime_days=30)
    EffectFactory(promotion=promotion)
    fields = {"template": template(), "promotion": promotion, "segment": None} | fields
    return CampaignFactory(
        live=True,
        launched_at=AT - timedelta(days=2),
        ticked_until=AT - timedelta(hours=1),
        **fields,
    )


def celebrant(*, consent: bool = True, **fields):
    identity = IdentityFactory(
        customer__birth_month=11,
        customer__birth_day=21,
        customer__language="en",
        **{f"customer__{name}": value for name, value in fields.items()},
    )
    if consent:
        ConsentStateFactory(customer=identity.customer)
    return identity.customer


def decided_and_handed_over() -> None:
    tick(at=AT)
    hand_over(at=AT)


def reasons() -> dict[str, int]:
    found = Delivery.objects.filter(state="skipped").values_list("reason", flat=True)
    return {reason: list(found).count(reason) for reason in found}


class TestTheWholeWay:
    def test_a_birthday_message_with_a_personal_code(self):
        customer = celebrant(first_name="Ann")
        campaign = birthday_campaign()
        decided_and_handed_over()
        counts = deliver_due(at=AT)
        assert counts.sent == 1
        message = OutboxMessage.objects.select_related("delivery").get()
        voucher = Voucher.objects.get()
        assert message.subject == "For your birthday"
        assert message.to_address == customer.email
        assert "Happy birthday, Ann!" in message.html
        assert voucher.code in message.html
        assert voucher.code in message.text
        assert "15% off" in message.text
        assert "until December 21, 2026" in message.text
        assert "You get this because of your birthday" in message.text
        assert message.delivery.voucher_id == voucher.pk
        assert message.delivery.state == "sent"
        assert (voucher.holder.customer, voucher.issued_id) == (customer, campaign.pk)
        assert Decision.objects.get().state == "handed_over"

    def test_a_second_run_sends_nothing(self):
        celebrant()
        birthday_campaign()
        decided_and_handed_over()
        deliver_due(at=AT)
        decided_and_handed_over()
        assert deliver_due(at=AT).sent == 0
        assert OutboxMessage.objects.count() == Voucher.objects.count() == 1

    def test_what_was_left_lying_too_long_is_not_sent(self):
        """No worker ran for a day: the lateness a campaign allows counts up to the sending."""
        celebrant()
        campaign = birthday_campaign()
        decided_and_handed_over()
        due_at = Delivery.objects.get().not_before
        late = due_at + campaign.lateness + timedelta(seconds=1)
        assert deliver_due(at=late).sent == 0
        assert reasons() == {"too_late": 1}
        assert not Voucher.objects.exists()

    def test_at_the_end_of_the_lateness_it_still_leaves(self):
        celebrant()
        campaign = birthday_campaign()
        decided_and_handed_over()
        at = Delivery.objects.get().not_before + campaign.lateness
        assert deliver_due(at=at).sent == 1

    def test_the_message_goes_to_the_oldest_identity(self):
        customer = celebrant()
        first = customer.identities.earliest("id")
        IdentityFactory(customer=customer)
        birthday_campaign()
        decided_and_handed_over()
        assert Delivery.objects.get().identity == first

    def test_who_was_merged_away_gets_nothing_and_a_row_says_so(self):
        customer = celebrant()
        birthday_campaign()
        tick(at=AT)
        customer.identities.update(customer=CustomerFactory())
        hand_over(at=AT)
        assert Decision.objects.get().state == "no_identity"
        assert not Delivery.objects.exists()

    def test_the_command_reports_in_one_line(self):
        celebrant()
        celebrant(consent=False)
        birthday_campaign()
        out = StringIO()
        call_command("tick", "--at", AT.isoformat(), stdout=out)
        assert json.loads(out.getvalue()) == {
            "at": "2026-11-21T06:00:00+00:00",
            "due": 2,
            "too_late": 0,
            "sent": 1,
            "skipped": {"no_consent": 1},
            "failed": {},
            "unknown": 0,
        }


class TestTheGate:
    def test_who_withdraws_between_decision_and_sending_gets_neither_message_nor_code(self):
        customer = celebrant()
        birthday_campaign()
        decided_and_handed_over()
        ConsentState.objects.filter(customer=customer).update(allowed=False)
        deliver_due(at=AT)
        assert reasons() == {"no_consent": 1}
        assert not Voucher.objects.exists()
        assert not OutboxMessage.objects.exists()

    def test_a_consent_that_ran_out_counts_no_more(self):
        customer = celebrant()
        ConsentState.objects.filter(customer=customer).update(valid_until=AT)
        birthday_campaign()
        decided_and_handed_over()
        deliver_due(at=AT)
        assert reasons() == {"no_consent": 1}

    def test_another_channels_consent_does_not_count(self):
        customer = celebrant()
        ConsentState.objects.filter(customer=customer).update(channel="sms")
        birthday_campaign()
        decided_and_handed_over()
        deliver_due(at=AT)
        assert reasons() == {"no_consent": 1}

    def test_no_address(self):
        celebrant(email="")
        birthday_campaign()
        decided_and_handed_over()
        deliver_due(at=AT)
        assert reasons() == {"no_address": 1}

    def test_a_paused_campaign(self):
        celebrant()
        campaign = birthday_campaign()
        decided_and_handed_over()
        service.pause(campaign=campaign, actor=SYSTEM, at=AT)
        deliver_due(at=AT)
        assert reasons() == {"campaign_not_live": 1}

    def test_who_left_the_audience(self):
        customer = celebrant(country="IE")
        rules = {
            "op": "and",
            "rules": [{"field": "profile.country", "cmp": "in", "value": ["IE"]}],
        }
        birthday_campaign(segment=SegmentFactory(rules=rules))
        decided_and_handed_over()
        type(customer).objects.update(country="TR")
        deliver_due(at=AT)
        assert reasons() == {"not_in_audience": 1}

    def test_an_audience_that_cannot_be_read_any_more_holds_nobody_else_up(self):
        celebrant()
        broken = birthday_campaign(segment=SegmentFactory())
        birthday_campaign(name="Another")
        decided_and_handed_over()
        broken.segment.rules = {"field": "gone.away", "cmp": "eq", "value": 1}
        broken.segment.save()
        assert deliver_due(at=AT).sent == 1
        assert reasons() == {"audience_unusable": 1}

    def test_the_first_no_is_the_reason(self):
        celebrant(consent=False, email="")
        birthday_campaign()
        decided_and_handed_over()
        deliver_due(at=AT)
        assert reasons() == {"no_consent": 1}

    def test_an_offer_that_ended_gives_no_code_and_sends_nothing(self):
        celebrant()
        campaign = birthday_campaign()
        decided_and_handed_over()
        campaign.promotion.active = False
        campaign.promotion.save()
        deliver_due(at=AT)
        assert reasons() == {"offer_not_running": 1}
        assert not Voucher.objects.exists()

    def test_without_an_offer_there_is_no_code(self):
        celebrant()
        plain = BODY.replace("{{ offer.benefits }}: {{ code.code }}", "").replace(
            "{{ code.last_day | default: 'ever' }}", ""
        )
        birthday_campaign(promotion=None, template=template(plain))
        decided_and_handed_over()
        assert deliver_due(at=AT).sent == 1
        assert not Voucher.objects.exists()

    def test_every_reason_can_be_said_in_words(self):
        for reason in ("no_consent", "no_address", "campaign_not_live", "not_in_audience"):
            assert gate.reason_in_words(reason) != reason


class TestCost:
    @pytest.mark.parametrize("customers", [1, 50])
    def test_a_batch_asks_as_often_for_one_as_for_fifty(self, customers, django_assert_num_queries):
        for _ in range(customers):
            celebrant()
        birthday_campaign()
        decided_and_handed_over()
        with django_assert_num_queries(37):
            assert deliver_due(at=AT).sent == customers

    @pytest.mark.parametrize("customers", [1, 50])
    def test_handing_over_too(self, customers, django_assert_num_queries):
        for _ in range(customers):
            celebrant()
        birthday_campaign()
        tick(at=AT)
        with django_assert_num_queries(9):
            assert hand_over(at=AT) == customers
