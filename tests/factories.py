"""Objects for tests, one section per app. Plain rows: what a service would check is not checked."""

from datetime import UTC, datetime, time, timedelta

import factory
from django.db import connection
from factory.django import DjangoModelFactory

from campaigns.models import Campaign, Decision
from config.shared.models import ApiKey, StaffUser
from config.shared.text import fold_code
from customers.models import (
    Attribute,
    ConsentEvent,
    ConsentState,
    Customer,
    Event,
    Identity,
    ImportRun,
    Order,
    OrderLine,
    Product,
    Return,
    ReturnLine,
)
from messaging.models import Delivery, OutboxMessage, Template, TemplateVersion
from rewards.models import Effect, Promotion, Redemption, Voucher
from segments.models import Segment

NOON = datetime(2026, 3, 17, 12, tzinfo=UTC)


# --- config.shared --------------------------------------------------------------------------------
class StaffUserFactory(DjangoModelFactory):
    """A colleague without rights; give `groups=["Marketer"]` to add them to groups."""

    class Meta:
        model = StaffUser
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"colleague{n}@example.com")
    first_name = "Kim"
    last_name = "Demir"
    is_staff = True
    password = factory.django.Password("let me in, please")

    @factory.post_generation
    def groups(self, create, names, **kwargs):
        if create and names:
            from django.contrib.auth.models import Group

            self.groups.add(*[Group.objects.get_or_create(name=name)[0] for name in names])


class ApiKeyFactory(DjangoModelFactory):
    class Meta:
        model = ApiKey

    name = factory.Sequence(lambda n: f"Shop {n}")
    kind = "secret"
    app_id = factory.Sequence(lambda n: f"00000000-0000-4000-8000-{n:012d}")
    token_hash = "0" * 128
    token_hint = "abcd"
    created_at = NOON


# --- customers ------------------------------------------------------------------------------------
class CustomerFactory(DjangoModelFactory):
    class Meta:
        model = Customer

    first_name = "Ayşe"
    last_name = factory.Sequence(lambda n: f"Yılmaz {n}")
    email = factory.Sequence(lambda n: f"customer{n}@example.com")
    language = "tr"
    country = "TR"
    city = "İstanbul"
    zone = "Europe/Istanbul"
    zone_source = "address"
    signed_up_at = NOON - timedelta(days=400)
    created_at = NOON - timedelta(days=400)
    updated_at = NOON - timedelta(days=400)

    @factory.lazy_attribute
    def search(self):
        return Customer(
            first_name=self.first_name, last_name=self.last_name, email=self.email, city=self.city
        ).search_text([])


class IdentityFactory(DjangoModelFactory):
    class Meta:
        model = Identity

    customer = factory.SubFactory(CustomerFactory)
    external_id = factory.Sequence(lambda n: f"{10_000 + n}")
    created_at = NOON - timedelta(days=400)


class ProductFactory(DjangoModelFactory):
    class Meta:
        model = Product

    source_id = factory.Sequence(lambda n: f"P{n}")
    name = "White hanging heart"
    created_at = NOON - timedelta(days=400)


class OrderFactory(DjangoModelFactory):
    class Meta:
        model = Order
        skip_postgeneration_save = True

    identity = factory.SubFactory(IdentityFactory)
    source_id = factory.Sequence(lambda n: f"{536_000 + n}")
    currency = "GBP"
    amount = 2550
    placed_at = NOON - timedelta(days=10)
    received_at = NOON - timedelta(days=10)

    @factory.post_generation
    def added_up(self, create: bool, extracted: object, **_more: object) -> None:
        """What every write of an order does, as far as orders alone say it."""
        if create and self.identity is not None:
            add_up(self.identity.customer_id)


_ADDED_UP = """
INSERT INTO customers_purchaseprofile AS p (customer_id, orders_count, first_order_at,
    last_order_at, favourite_category, favourite_brand)
SELECT i.customer_id, count(*), min(o.placed_at), max(o.placed_at), '', ''
FROM customers_order o JOIN customers_identity i ON i.id = o.identity_id
WHERE i.customer_id = %(customer)s AND o.status IN ('PAID', 'FULFILLED') GROUP BY 1
ON CONFLICT (customer_id) DO UPDATE SET orders_count = excluded.orders_count,
    first_order_at = excluded.first_order_at, last_order_at = excluded.last_order_at;
INSERT INTO customers_purchasetotal AS t (customer_id, currency, orders_count, amount,
    returned_amount, discount_amount)
SELECT i.customer_id, o.currency, count(*), sum(o.amount + o.charges_amount), 0, 0
FROM customers_order o JOIN customers_identity i ON i.id = o.identity_id
WHERE i.customer_id = %(customer)s AND o.status IN ('PAID', 'FULFILLED') GROUP BY 1, 2
ON CONFLICT (customer_id, currency) DO UPDATE SET orders_count = excluded.orders_count,
    amount = excluded.amount
"""


def add_up(customer_id: int) -> None:
    """Bring what is kept of a customer's orders up to date, without looking at their lines."""
    with connection.cursor() as cursor:
        cursor.execute(_ADDED_UP, {"customer": customer_id})


class OrderLineFactory(DjangoModelFactory):
    class Meta:
        model = OrderLine

    order = factory.SubFactory(OrderFactory)
    line_key = factory.Sequence(str)
    kind = "product"
    product = factory.SubFactory(ProductFactory)
    name = "White hanging heart"
    quantity = 6
    unit_amount = 425
    amount = 2550


class ReturnFactory(DjangoModelFactory):
    class Meta:
        model = Return

    identity = factory.SubFactory(IdentityFactory)
    source_id = factory.Sequence(lambda n: f"C{536_000 + n}")
    currency = "GBP"
    amount = 425
    returned_at = NOON - timedelta(days=5)
    received_at = NOON - timedelta(days=5)


class ReturnLineFactory(DjangoModelFactory):
    class Meta:
        model = ReturnLine

    document = factory.SubFactory(ReturnFactory)
    line_key = factory.Sequence(str)
    kind = "product"
    product = factory.SubFactory(ProductFactory)
    name = "White hanging heart"
    quantity = 1
    unit_amount = 425
    amount = 425


class ConsentEventFactory(DjangoModelFactory):
    class Meta:
        model = ConsentEvent

    identity = factory.SubFactory(IdentityFactory)
    channel = "email"
    action = "granted"
    source = "checkout"
    captured_at = NOON - timedelta(days=300)
    received_at = NOON - timedelta(days=300)
    actor_kind = "customer"


class ConsentStateFactory(DjangoModelFactory):
    class Meta:
        model = ConsentState

    customer = factory.SubFactory(CustomerFactory)
    purpose = "marketing"
    channel = "email"
    allowed = True
    basis = "consent"
    since = NOON - timedelta(days=300)
    event = factory.SubFactory(
        ConsentEventFactory,
        identity=factory.SubFactory(IdentityFactory, customer=factory.SelfAttribute("...customer")),
    )


class EventFactory(DjangoModelFactory):
    class Meta:
        model = Event

    identity = factory.SubFactory(IdentityFactory)
    name = "product_viewed"
    data_category = "BROWSE_HISTORY"
    occurred_at = NOON - timedelta(days=3)
    received_at = NOON - timedelta(days=3)


class AttributeFactory(DjangoModelFactory):
    class Meta:
        model = Attribute

    key = factory.Sequence(lambda n: f"attribute_{n}")
    name = factory.SelfAttribute("key")
    type = "text"
    purpose = "To know what to offer."
    created_at = NOON - timedelta(days=400)


class ImportRunFactory(DjangoModelFactory):
    class Meta:
        model = ImportRun

    kind = "online-retail"
    name = "online-retail.csv.gz"
    sha256 = factory.Sequence(lambda n: f"{n:064d}")
    state = "finished"
    lines_done = 100
    started_at = NOON - timedelta(hours=2)
    finished_at = NOON - timedelta(hours=1)


# --- segments -------------------------------------------------------------------------------------
class SegmentFactory(DjangoModelFactory):
    class Meta:
        model = Segment

    name = factory.Sequence(lambda n: f"Segment {n}")
    rules = {"everyone": True}
    created_at = NOON - timedelta(days=30)
    updated_at = NOON - timedelta(days=30)


# --- messaging ------------------------------------------------------------------------------------
MJML = (
    "<mjml><mj-body><mj-section><mj-column>"
    "<mj-text>Happy birthday, {{ customer.first_name }}!</mj-text>"
    "</mj-column></mj-section></mj-body></mjml>"
)


class TemplateFactory(DjangoModelFactory):
    class Meta:
        model = Template

    name = factory.Sequence(lambda n: f"Template {n}")
    created_at = NOON - timedelta(days=30)


class TemplateVersionFactory(DjangoModelFactory):
    class Meta:
        model = TemplateVersion

    template = factory.SubFactory(TemplateFactory)
    number = 1
    subject = "Happy birthday"
    body = MJML
    created_at = NOON - timedelta(days=30)


class DeliveryFactory(DjangoModelFactory):
    class Meta:
        model = Delivery

    identity = factory.SubFactory(IdentityFactory)
    source_kind = "campaigns.decision"
    source_id = factory.Sequence(int)
    occurrence_key = "2026"
    template = factory.SubFactory(TemplateFactory)
    state = "sent"
    not_before = NOON - timedelta(hours=3)
    created_at = NOON - timedelta(hours=3)
    finished_at = NOON - timedelta(hours=3)


class OutboxMessageFactory(DjangoModelFactory):
    class Meta:
        model = OutboxMessage

    delivery = factory.SubFactory(DeliveryFactory)
    to_address = "customer@example.com"
    from_address = "shop@example.com"
    subject = "Happy birthday"
    html = "<html><body><h1>Happy birthday</h1></body></html>"
    text = "Happy birthday"
    created_at = NOON - timedelta(hours=3)


# --- rewards --------------------------------------------------------------------------------------
class PromotionFactory(DjangoModelFactory):
    class Meta:
        model = Promotion

    name = factory.Sequence(lambda n: f"Offer {n}")
    currency = "GBP"
    created_at = NOON - timedelta(days=30)
    updated_at = NOON - timedelta(days=30)


class EffectFactory(DjangoModelFactory):
    class Meta:
        model = Effect

    promotion = factory.SubFactory(PromotionFactory)
    kind = "percent"
    percent = 15


class VoucherFactory(DjangoModelFactory):
    class Meta:
        model = Voucher

    promotion = factory.SubFactory(PromotionFactory)
    code = factory.Sequence(lambda n: f"BDAY-{n:04d}-TEST")
    code_key = factory.LazyAttribute(lambda voucher: fold_code(voucher.code))
    redemption_limit = 1
    created_at = NOON - timedelta(hours=3)


class RedemptionFactory(DjangoModelFactory):
    class Meta:
        model = Redemption

    voucher = factory.SubFactory(VoucherFactory)
    promotion = factory.SelfAttribute("voucher.promotion")
    result = "SUCCESS"
    currency = "GBP"
    order_amount = 10_000
    discount_amount = 1_500
    total_amount = 8_500
    created_at = NOON - timedelta(hours=1)


# --- campaigns ------------------------------------------------------------------------------------
class CampaignFactory(DjangoModelFactory):
    class Meta:
        model = Campaign

    name = factory.Sequence(lambda n: f"Campaign {n}")
    segment = factory.SubFactory(SegmentFactory)
    promotion = factory.SubFactory(PromotionFactory)
    template = factory.SubFactory(TemplateFactory)
    occasion = "birthday"
    send_time = time(9)
    created_at = NOON - timedelta(days=20)
    updated_at = NOON - timedelta(days=20)

    class Params:
        live = factory.Trait(
            state="live",
            launched_at=NOON - timedelta(days=10),
            ticked_until=NOON,
        )


class DecisionFactory(DjangoModelFactory):
    class Meta:
        model = Decision

    campaign = factory.SubFactory(CampaignFactory)
    customer = factory.SubFactory(CustomerFactory)
    occurrence_key = "2026"
    due_at = NOON - timedelta(hours=3)
    decided_at = NOON - timedelta(hours=3)
