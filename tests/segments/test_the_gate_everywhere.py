"""One table: whatever reads data that the project gates asks the customer's permission first.

Each reader answers whether it used the data of that category for that customer. It must where the
category is not gated or the customer allowed it, and must not otherwise, whichever of the seven
categories the project chose to gate.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from campaigns.audience import still_in_audience
from config.shared.actors import SYSTEM
from config.shared.models import Project
from customers.asked import AskedCustomer, AskedEvent, Status
from customers.models import Customer, DataCategory, Event
from customers.services.events import receive_events
from messaging import context
from messaging.claims import Claim
from messaging.context import Variable
from segments import selectors
from segments.models import Segment
from segments.rules import fields, passing
from tests.factories import (
    NOON,
    CampaignFactory,
    ConsentEventFactory,
    ConsentStateFactory,
    DeliveryFactory,
    IdentityFactory,
    TemplateFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def a_field_and_a_variable_of_each_category(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The field is true of everybody; the variable says “seen” of everybody."""
    monkeypatch.setattr(context, "_providers", list(context._providers))
    monkeypatch.setattr(context, "_variables", dict(context._variables))
    for category in DataCategory:
        fields.register(
            fields.Field(
                f"gate.{category}",
                _("country"),
                "boolean",
                category,
                lambda condition, _binder: "TRUE" if condition.value else "FALSE",
                lambda _condition, _binder: "'seen'",
                wakes=passing.never,
            )
        )
        context.register(
            Variable(f"gate.{category}", _("country"), category.value, may_be_missing=True),
            build=lambda claims, _at, path=f"gate.{category}": {
                position: {path: "seen"} for position, _claim in enumerate(claims)
            },
        )
    yield
    for category in DataCategory:
        del fields.FIELDS[f"gate.{category}"]


def rule(category: DataCategory, value: bool = True) -> dict:
    return {"field": f"gate.{category}", "cmp": "is", "value": value}


def by_a_rule(customer: Customer, category: DataCategory) -> bool:
    return selectors.member_ids(rule(category), at=NOON) == [customer.pk]


def by_a_negated_rule(customer: Customer, category: DataCategory) -> bool:
    nobody = {"op": "and", "rules": [rule(category, False)], "not": True}
    return selectors.member_ids(nobody, at=NOON, among=[customer.pk]) == [customer.pk]


def by_a_count(customer: Customer, category: DataCategory) -> bool:
    return selectors.count(rule(category), at=NOON) == 1


def by_the_examples(customer: Customer, category: DataCategory) -> bool:
    return list(selectors.examples(rule(category), at=NOON)) == [customer]


def by_the_list_of_segments(customer: Customer, category: DataCategory) -> bool:
    Segment.objects.create(name="x", rules=rule(category), created_at=NOON, updated_at=NOON)
    return len(selectors.segments_of(customer.pk, at=NOON)) == 1


def by_an_explanation(customer: Customer, category: DataCategory) -> bool:
    [explained] = selectors.explain(rule(category), customer_id=customer.pk, at=NOON)
    assert (explained.seen == "seen") is (explained.answer is True)
    return explained.seen == "seen"


def by_a_template_variable(customer: Customer, category: DataCategory) -> bool:
    template = TemplateFactory()
    delivery = DeliveryFactory(identity=customer.identities.get(), template=template)
    claim = Claim(
        delivery_id=delivery.pk,
        customer=customer,
        identity_id=delivery.identity_id,
        channel="email",
        brand=template.brand,
        template_id=template.pk,
    )
    [values] = context.values_for([claim], at=NOON)
    return values["gate"] == values["gate"] | {category.value: "seen"}  # type: ignore[operator]


def by_an_event(customer: Customer, category: DataCategory) -> bool:
    told = AskedEvent(
        customer=AskedCustomer(source_id=customer.identities.get().external_id),
        name="something of the shop's own",
        data_category=category,
        occurred_at=NOON,
    )
    [outcome] = receive_events(asked=[told], actor=SYSTEM, at=NOON)
    assert Event.objects.count() == (outcome.status == Status.CREATED)
    return outcome.status == Status.CREATED


READERS = [
    by_a_rule,
    by_a_negated_rule,
    by_a_count,
    by_the_examples,
    by_the_list_of_segments,
    by_an_explanation,
    by_a_template_variable,
    by_an_event,
]


def a_customer(category: DataCategory, said: str) -> Customer:
    identity = IdentityFactory()
    states = {
        "yes": {"allowed": True},
        "no": {"allowed": False},
        "ran out": {"allowed": True, "valid_until": NOON - timedelta(seconds=1)},
    }
    if said in states:
        ConsentStateFactory(
            customer=identity.customer,
            event=ConsentEventFactory(identity=identity),
            channel="",
            data_category=category,
            **states[said],
        )
    return identity.customer


@pytest.mark.parametrize("category", DataCategory)
@pytest.mark.parametrize("used", READERS)
def test_every_reader_of_every_category_passes_the_same_gate(
    used: Callable[[Customer, DataCategory], bool], category: DataCategory
) -> None:
    table = [
        # gated, what the customer said, may be used
        (True, "nothing", False),
        (True, "no", False),
        (True, "ran out", False),
        (True, "yes", True),
        (False, "nothing", True),
    ]
    for gated, said, may in table:
        Project.objects.update(gated_categories=[category] if gated else [])
        before = transaction.savepoint()
        customer = a_customer(category, said)
        assert used(customer, category) is may, (gated, said)
        transaction.savepoint_rollback(before)


@pytest.mark.parametrize(
    ("gated", "said", "may"),
    [
        (["PROFILE"], "nothing", False),
        (["PROFILE"], "no", False),
        (["PROFILE"], "yes", True),
        ([], "nothing", True),
    ],
)
def test_an_occasion_reads_the_profile(gated: list[str], said: str, may: bool) -> None:
    """The birth date, the country and the hour that a campaign goes by stand in the profile."""
    Project.objects.update(gated_categories=gated)
    customer = a_customer(DataCategory.PROFILE, said)
    campaign = CampaignFactory(live=True, segment=None)
    assert (customer.pk in still_in_audience(campaign, [customer], at=NOON)) is may
