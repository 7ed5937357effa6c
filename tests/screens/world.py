"""A small shop in the middle of its trade: what the screens are tested on.

The moment is `NOON` of the factories: 17 March 2026, Saint Patrick's Day.
"""

from dataclasses import dataclass
from datetime import timedelta

from config.shared import audit
from config.shared.actors import Actor
from config.shared.models import ApiKey, Heartbeat, Project, StaffUser
from customers.models import ConsentText, Customer, Product, ProductCategory
from customers.services import purchases
from messaging.models import Delivery, OutboxMessage
from rewards.models import Redemption, RefusalAlarm, Voucher
from segments.models import ListMember, StaticList
from tests import factories as make
from tests.factories import NOON

PASSWORD = "let me in, please"
GROUPS = {"marketer": "Marketer", "support": "Support agent", "administrator": "Administrator"}


@dataclass
class World:
    """The rows tests talk about; `staff` by role."""

    staff: dict[str, StaffUser]
    customer: Customer
    segment: object
    promotion: object
    template: object
    live: object
    draft: object
    voucher: Voucher
    accepted: Redemption
    refused: Redemption
    delivery: Delivery
    message: OutboxMessage
    key: ApiKey
    run: object
    text: ConsentText
    category: ProductCategory
    product: Product
    static_list: StaticList
    alarm: RefusalAlarm


def build() -> World:
    Project.objects.filter(pk=1).update(
        name="Kelebek", currency="GBP", country="IE", zone="Europe/Dublin", language="en"
    )
    staff = {
        role: make.StaffUserFactory(email=f"{role}@example.com", groups=[group])
        for role, group in GROUPS.items()
    }
    actor = Actor("staff", str(staff["marketer"].pk))
    Heartbeat.objects.update_or_create(name="beat", defaults={"at": NOON})
    customer, identity = _customer()
    segment = make.SegmentFactory(
        name="Regular buyers",
        rules={"op": "and", "rules": [{"field": "orders.count", "cmp": "gte", "value": 1}]},
    )
    promotion = make.PromotionFactory(name="Birthday 15%", minimum_amount=2500)
    make.EffectFactory(promotion=promotion, percent=15, cap_amount=5000)
    template = make.TemplateFactory(name="Birthday wishes")
    make.TemplateVersionFactory(
        template=template,
        subject="Happy birthday",
        body=make.MJML.replace("first_name }}", 'first_name | default: "you" }}'),
    )
    words = {"segment": segment, "promotion": promotion, "template": template}
    live = make.CampaignFactory(name="Birthday greetings", live=True, **words)
    draft = make.CampaignFactory(
        name="Saint Patrick's Day",
        occasion="holiday",
        holiday_country="IE",
        holiday_key="st_patricks_day",
        send_time=NOON.replace(hour=18).time(),
        **words,
    )
    voucher, delivery, message = _sent(live, promotion, template, identity)
    key = make.ApiKeyFactory(name="Web shop")
    accepted = make.RedemptionFactory(
        voucher=voucher,
        identity=identity,
        api_key=key,
        order_source_id="536001",
        lines=[{"source_id": "85123A", "quantity": 2, "amount": 10_000, "discount_amount": 1_500}],
    )
    refused = make.RedemptionFactory(
        voucher=voucher,
        identity=identity,
        api_key=key,
        result="FAILURE",
        order_amount=0,
        discount_amount=0,
        total_amount=0,
        failure_key="order_rules_violated",
        failure_rule="order_minimum",
        failure_seen="12.50 GBP",
        failure_needed="25.00 GBP",
    )
    text = ConsentText.objects.create(
        channel="email", locale="en", body="May we write?", sha256="0" * 64, origin="here"
    )
    run = make.ImportRunFactory(counts={"lines": 100, "rejects": 2})
    audit.record(actor=actor, action="campaign.launched", of=live, fields=["state"])
    product = Product.objects.earliest("pk")
    category = ProductCategory.objects.create(name="Candles", key="candles", created_at=NOON)
    return World(
        staff, customer, segment, promotion, template, live, draft,
        voucher, accepted, refused, delivery, message, key, run, text, category, product,
        _list(customer), _alarm(promotion),
    )  # fmt: skip


def _list(customer):
    made = StaticList.objects.create(
        name="Trade fair", categories=["PROFILE"], created_at=NOON, updated_at=NOON
    )
    ListMember.objects.create(list=made, customer=customer, added_at=NOON)
    return made


def _alarm(promotion):
    return RefusalAlarm.objects.create(
        promotion=promotion,
        rule="order_minimum",
        attempts=60,
        customers=52,
        first_at=NOON - timedelta(hours=2),
        last_at=NOON,
        raised_at=NOON - timedelta(hours=1),
    )


def _customer():
    customer = make.CustomerFactory(
        first_name="Aoife",
        last_name="Yılmaz",
        email="aoife@example.com",
        country="IE",
        city="Dublin",
        zone="Europe/Dublin",
        language="en",
        birth_month=3,
        birth_day=19,
        birth_year=1990,
    )
    identity = make.IdentityFactory(customer=customer, external_id="12345")
    event = make.ConsentEventFactory(identity=identity)
    make.ConsentStateFactory(customer=customer, event=event)
    order = make.OrderFactory(identity=identity)
    make.OrderLineFactory(order=order)
    make.ReturnLineFactory(document__identity=identity)
    purchases.refresh([customer.pk])
    return customer, identity


def _sent(live, promotion, template, identity):
    voucher = make.VoucherFactory(
        promotion=promotion,
        code="BDAY-7K3M-P9QX-2WVT",
        holder=identity,
        issued_kind="campaign",
        issued_id=live.pk,
        issued_key="2026",
        redeemed_count=1,
        expires_at=NOON + timedelta(days=30),
    )
    make.DecisionFactory(campaign=live, customer=identity.customer, state="handed_over")
    delivery = make.DeliveryFactory(
        identity=identity,
        source_kind="campaign",
        source_id=live.pk,
        template=template,
        voucher_id=voucher.pk,
    )
    message = make.OutboxMessageFactory(
        delivery=delivery,
        to_address=identity.customer.email,
        headers={"Message-ID": "<msg@localhost>"},
    )
    return voucher, delivery, message


def more_customers(number: int) -> None:
    """Customers with an order, a consent, a message and a code each, to find queries per row."""
    template, promotion = make.TemplateFactory(), make.PromotionFactory()
    make.EffectFactory(promotion=promotion)
    campaign = make.CampaignFactory(live=True, template=template, promotion=promotion)
    make.TemplateVersionFactory(template=template)
    for _ in range(number):
        identity = make.IdentityFactory()
        make.OrderLineFactory(order__identity=identity)
        make.ConsentStateFactory(
            customer=identity.customer, event=make.ConsentEventFactory(identity=identity)
        )
        make.DecisionFactory(campaign=campaign, customer=identity.customer)
        delivery = make.DeliveryFactory(
            identity=identity, source_kind="campaign", source_id=campaign.pk, template=template
        )
        make.OutboxMessageFactory(delivery=delivery)
        voucher = make.VoucherFactory(promotion=promotion, holder=identity)
        make.RedemptionFactory(voucher=voucher, identity=identity)
