"""Two records of one person become one, without losing anything, and two again."""

from datetime import timedelta

import pytest
from django.apps import apps

from campaigns.models import Decision
from config.shared import clock
from config.shared.actors import SYSTEM
from config.shared.errors import BadInput
from config.shared.models import AuditEntry, Fact
from customers import merging
from customers.errors import UnknownCustomer
from customers.models import (
    Address,
    ConsentState,
    Customer,
    Event,
    Identity,
    Interest,
    Merge,
    Order,
    PurchaseProfile,
    Return,
)
from customers.services import consent, purchases
from customers.services.customers import identify, update_customer
from customers.services.merging import NotUndoable, UndoneAlready, forget_merged, merge, undo
from messaging.models import Delivery
from rewards.models import Voucher
from tests.factories import (
    NOON,
    CampaignFactory,
    ConsentEventFactory,
    DecisionFactory,
    DeliveryFactory,
    OrderFactory,
    OrderLineFactory,
    ReturnFactory,
    ReturnLineFactory,
    VoucherFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def frozen():
    with clock.use(clock.FrozenClock(NOON)) as frozen:
        yield frozen


def person(source_id: str, **fields: object) -> Customer:
    return identify(source_id=source_id, actor=SYSTEM, **fields).customer


@pytest.fixture
def ann() -> Customer:
    return person(
        "ann", first_name="Ann", last_name="Lee", email="ann@example.com", metadata={"dogs": 1}
    )


@pytest.fixture
def other() -> Customer:
    """Another record of the same person, with a bit of everything."""
    customer = person(
        "other",
        first_name="Anne",
        email="lee@example.com",
        phone="+353 1 234 5678",
        birth_month=5,
        birth_day=31,
        city="Cork",
        country="IE",
        metadata={"dogs": 2, "cats": 3},
        addresses=[{"label": "home", "city": "Cork"}, {"label": "work", "city": "Dublin"}],
    )
    identity = customer.identities.get()
    OrderFactory(identity=identity, status="PAID")
    ReturnFactory(identity=identity)
    Event.objects.create(
        identity=identity,
        name="review",
        data_category="ENGAGEMENT",
        occurred_at=NOON,
        received_at=NOON,
    )
    ConsentEventFactory(identity=identity, action="withdrawn", received_at=NOON)
    VoucherFactory(holder=identity)
    DeliveryFactory(identity=identity)
    DecisionFactory(customer=customer)
    Interest.objects.create(
        customer=customer,
        kind="category",
        topic="Tea",
        topic_key="tea",
        origin="declared",
        data_category="PROFILE",
        strength=1,
        as_of=NOON,
        updated_at=NOON,
    )
    consent.refresh_states([customer.pk])
    purchases.refresh([customer.pk])
    return customer


FOLLOWING = (Order, Return, Event, Voucher, Delivery)


def owners(model: type) -> set[int]:
    field = "holder" if model is Voucher else "identity"
    return set(model.objects.values_list(f"{field}__customer", flat=True))


def as_stored(customer: Customer) -> dict:
    values = Customer.objects.filter(pk=customer.pk).values().get()
    return {name: value for name, value in values.items() if name != "updated_at"}


def test_nothing_is_lost(ann: Customer, other: Customer) -> None:
    merge(kept=ann, absorbed=other, actor=SYSTEM)

    assert list(Customer.objects.all()) == [ann]
    assert set(ann.identities.values_list("external_id", flat=True)) == {"ann", "other"}
    for model in FOLLOWING:
        assert owners(model) == {ann.pk}
    for model in (Decision, Interest, Address, ConsentState, PurchaseProfile):
        assert set(model.objects.values_list("customer", flat=True)) == {ann.pk}
    assert Address.objects.count() == 2
    assert PurchaseProfile.objects.get().orders_count == 1


def test_the_kept_values_win_and_gaps_are_filled(ann: Customer, other: Customer) -> None:
    merge(kept=ann, absorbed=other, actor=SYSTEM)

    ann.refresh_from_db()
    assert (ann.full_name, ann.email) == ("Ann Lee", "ann@example.com")
    assert (ann.phone, ann.month_day, ann.city) == ("+35312345678", 531, "Cork")
    assert (ann.zone, ann.zone_source) == ("Europe/Dublin", "address")
    assert ann.metadata == {"dogs": 1, "cats": 3}
    assert list(Customer.objects.matching("other")) == [ann]


def test_a_withdrawal_of_either_record_holds_for_both(ann: Customer, other: Customer) -> None:
    identity = ann.identities.get()
    consent.record_consents([ConsentEventFactory.build(identity=identity, source="till")])
    assert ConsentState.objects.get(customer=ann, channel="email").allowed

    done = merge(kept=ann, absorbed=other, actor=SYSTEM)
    assert not ConsentState.objects.get(customer=ann, channel="email").allowed

    undo(merge=done, actor=SYSTEM)
    assert ConsentState.objects.get(customer=ann, channel="email").allowed
    assert not ConsentState.objects.get(customer=other, channel="email").allowed


@pytest.mark.parametrize("of_a_child", ["kept", "absorbed"])
@pytest.mark.parametrize(("proof", "holds"), [({}, False), ({"guardian": "Mother"}, True)])
def test_a_consent_given_too_young_ends_whichever_record_knew_the_age(of_a_child, proof, holds):
    born = {"birth_year": NOON.year - 10, "birth_month": 5, "birth_day": 31}
    child = person("child", **born)
    unknown = person("unknown")
    ConsentEventFactory(
        identity=unknown.identities.get(), action="granted", received_at=NOON, proof=proof
    )
    consent.refresh_states([unknown.pk])
    kept, absorbed = (child, unknown) if of_a_child == "kept" else (unknown, child)

    merge(kept=kept, absorbed=absorbed, actor=SYSTEM)

    assert ConsentState.objects.get(customer=kept).allowed is holds


def test_a_return_of_one_record_is_matched_to_the_order_of_the_other(ann, other) -> None:
    order = OrderFactory(identity=ann.identities.get(), status="PAID")
    bought = OrderLineFactory(order=order, quantity=6)
    back = ReturnFactory(identity=other.identities.get())
    ReturnLineFactory(document=back, product=bought.product, quantity=2)

    done = merge(kept=ann, absorbed=other, actor=SYSTEM)
    bought.refresh_from_db()
    assert bought.returned_quantity == 2

    undo(merge=done, actor=SYSTEM)
    bought.refresh_from_db()
    assert bought.returned_quantity == 0


def test_a_restriction_of_either_record_holds_for_both(ann: Customer, other: Customer) -> None:
    Customer.objects.filter(pk=other.pk).update(restriction="restricted", restricted_at=NOON)

    done = merge(kept=ann, absorbed=other, actor=SYSTEM)
    ann.refresh_from_db()
    assert (ann.restriction, ann.restricted_at) == ("restricted", NOON)

    undo(merge=done, actor=SYSTEM)
    ann.refresh_from_db()
    assert (ann.restriction, ann.restricted_at) == ("", None)


def test_where_both_have_one_the_kept_one_stays_and_the_other_waits(
    ann: Customer, other: Customer
) -> None:
    update_customer(customer=ann, actor=SYSTEM, addresses=[{"label": "home", "city": "Kerry"}])

    done = merge(kept=ann, absorbed=other, actor=SYSTEM)
    assert dict(Address.objects.values_list("label", "city")) == {"home": "Kerry", "work": "Dublin"}

    undo(merge=done, actor=SYSTEM)
    assert set(Address.objects.values_list("customer", "label", "city")) == {
        (ann.pk, "home", "Kerry"),
        (other.pk, "home", "Cork"),
        (other.pk, "work", "Dublin"),
    }


def test_nobody_gets_the_message_of_an_occasion_twice(ann: Customer, other: Customer) -> None:
    campaign = CampaignFactory()
    due = DecisionFactory(campaign=campaign, customer=ann, state="due")
    sent = DecisionFactory(campaign=campaign, customer=other, state="handed_over")

    done = merge(kept=ann, absorbed=other, actor=SYSTEM)
    assert list(Decision.objects.filter(campaign=campaign)) == [sent]

    undo(merge=done, actor=SYSTEM)
    assert set(Decision.objects.filter(campaign=campaign).values_list("pk", "customer")) == {
        (due.pk, ann.pk),
        (sent.pk, other.pk),
    }


def test_undoing_restores_both_as_they_were(ann: Customer, other: Customer) -> None:
    before = as_stored(ann), as_stored(other)

    done = merge(kept=ann, absorbed=other, actor=SYSTEM)
    restored = undo(merge=done, actor=SYSTEM)

    assert (as_stored(ann), as_stored(restored)) == before
    for model in FOLLOWING:
        assert owners(model) == {other.pk}
    for model in (Decision, Interest, Address, PurchaseProfile):
        assert set(model.objects.values_list("customer", flat=True)) == {other.pk}


def test_undoing_keeps_what_arrived_since(ann: Customer, other: Customer) -> None:
    done = merge(kept=ann, absorbed=other, actor=SYSTEM)
    update_customer(
        customer=ann,
        actor=SYSTEM,
        city="Galway",
        metadata={"cats": 4, "fish": 1},
        addresses=[{"label": "garden", "city": "Sligo"}],
    )
    till = Identity.objects.create(customer=ann, source="till", external_id="9", created_at=NOON)
    OrderFactory(identity=till)

    undo(merge=done, actor=SYSTEM)

    ann.refresh_from_db()
    assert (ann.city, ann.phone, ann.month_day) == ("Galway", "", None)
    assert ann.metadata == {"dogs": 1, "cats": 4, "fish": 1}
    assert list(ann.addresses.values_list("label", flat=True)) == ["garden"]
    assert owners(Order) == {ann.pk, other.pk}


def test_a_merge_is_undone_once_and_within_thirty_days(ann, other, frozen) -> None:
    done = merge(kept=ann, absorbed=other, actor=SYSTEM)
    undo(merge=done, actor=SYSTEM)
    with pytest.raises(UndoneAlready):
        undo(merge=done, actor=SYSTEM)

    again = merge(kept=ann, absorbed=other, actor=SYSTEM)
    frozen.advance(timedelta(days=30))
    with pytest.raises(NotUndoable, match="thirty days"):
        undo(merge=again, actor=SYSTEM)


def test_what_waits_is_emptied_after_thirty_days_and_the_alias_stays(ann, other) -> None:
    merge(kept=ann, absorbed=other, actor=SYSTEM)

    assert forget_merged(at=NOON + timedelta(days=29)) == 0
    assert forget_merged(at=NOON + timedelta(days=30)) == 1
    assert forget_merged(at=NOON + timedelta(days=31)) == 0
    row = Merge.objects.in_force().get()
    assert (row.snapshot, row.moved, row.absorbed_public_id) == ({}, {}, other.public_id)


def test_a_chain_is_undone_from_its_end(ann: Customer, other: Customer) -> None:
    third = person("third", first_name="A.")
    first = merge(kept=ann, absorbed=other, actor=SYSTEM)
    second = merge(kept=third, absorbed=ann, actor=SYSTEM)
    first.refresh_from_db()
    assert first.kept == third

    with pytest.raises(NotUndoable, match="later merge"):
        undo(merge=first, actor=SYSTEM)
    undo(merge=second, actor=SYSTEM)
    first.refresh_from_db()
    undo(merge=first, actor=SYSTEM)

    assert set(Identity.objects.values_list("customer", "external_id")) == {
        (ann.pk, "ann"),
        (other.pk, "other"),
        (third.pk, "third"),
    }


def test_a_merge_leaves_ids_and_names_of_fields_behind_but_no_values(ann, other) -> None:
    merge(kept=ann, absorbed=other, actor=SYSTEM, reason="same phone")

    entry = AuditEntry.objects.get(action="customer.merged")
    assert "city" in entry.fields
    fact = Fact.objects.get(kind="customer.merged")
    assert fact.data == {"customer": ann.pk, "absorbed": other.pk}


def test_what_makes_no_sense_is_refused(ann: Customer, other: Customer) -> None:
    with pytest.raises(BadInput, match="itself"):
        merge(kept=ann, absorbed=ann, actor=SYSTEM)
    merge(kept=ann, absorbed=other, actor=SYSTEM)
    with pytest.raises(UnknownCustomer):
        merge(kept=ann, absorbed=other, actor=SYSTEM)


def test_every_model_that_names_a_customer_says_what_becomes_of_its_rows() -> None:
    naming = {
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.related_model is Customer
    }
    assert naming == merging.registered()


def test_a_model_cannot_be_registered_twice() -> None:
    with pytest.raises(ValueError, match="Address"):
        merging.register(merging.Moved(Address))
