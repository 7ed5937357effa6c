"""Erasure: the person goes from everywhere, what was bought stays to the cent."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum

from config.shared import actors
from config.shared.models import AuditEntry, IdempotencyRecord
from customers.errors import UnknownCustomer
from customers.models import (
    Channel,
    ConsentEvent,
    Customer,
    Erasure,
    Identity,
    Order,
    OrderLine,
    Suppression,
)
from customers.services.erasure import ErasureReason, ImportUnfinished, erase_customer
from customers.suppression import fingerprint
from rewards.models import Redemption, Voucher
from tests.factories import (
    NOON,
    ApiKeyFactory,
    ConsentEventFactory,
    ConsentStateFactory,
    DeliveryFactory,
    IdentityFactory,
    ImportRunFactory,
    OrderFactory,
    OrderLineFactory,
    OutboxMessageFactory,
    RedemptionFactory,
    ReturnLineFactory,
    VoucherFactory,
)

pytestmark = pytest.mark.django_db


def erase(customer, reason=ErasureReason.REQUESTED):
    erase_customer(customer=customer, actor=actors.SYSTEM, reason=reason, at=NOON)


def money():
    """All sums that a ledger is asked for."""
    return (
        list(Order.objects.order_by().values_list("currency").annotate(Sum("amount"))),
        OrderLine.objects.aggregate(Sum("amount"), Sum("quantity"), Sum("returned_quantity")),
        Redemption.objects.aggregate(
            Sum("order_amount"), Sum("discount_amount"), Sum("total_amount")
        ),
    )


@pytest.fixture
def identity():
    return IdentityFactory(customer__email="ann@example.com", customer__phone="+905551112233")


def test_money_stays_without_the_person(identity):
    line = OrderLineFactory(order__identity=identity, order__source_id="ORDER-1", name="For Ann")
    ReturnLineFactory(document__identity=identity, document__reason="too small for Ann")
    other = OrderFactory()
    before = money()

    erase(identity.customer)

    assert money() == before
    order = Order.objects.get(pk=line.order_id)
    assert (order.identity, order.currency, order.amount) == (None, "GBP", 2550)
    assert order.source_id.startswith("erased-")
    assert order.placed_at.hour == 21  # midnight in Istanbul, whose clock the project keeps
    line.refresh_from_db()
    assert (line.name, line.quantity) == ("White hanging heart", 6)
    other.refresh_from_db()
    assert other.identity is not None


def test_codes_that_were_used_stay_as_money_and_the_others_end(identity):
    used = VoucherFactory(holder=identity, code="BDAY-USED", redeemed_count=1)
    unused = VoucherFactory(holder=identity, code="BDAY-UNUSED")
    made = RedemptionFactory(
        voucher=used, identity=identity, order_source_id="ORDER-1", metadata={"note": "for Ann"}
    )
    # Nobody said who redeemed, but the code was hers.
    unsaid = RedemptionFactory(voucher=used, order_source_id="ORDER-2", result="FAILURE")
    before = money()

    erase(identity.customer)

    assert money() == before
    assert not Voucher.objects.filter(pk=unused.pk).exists()
    used.refresh_from_db()
    assert (used.holder, used.active, used.redeemed_count) == (None, False, 1)
    assert "BDAY" not in used.code + used.code_key
    for redemption in (made, unsaid):
        public_id = redemption.public_id
        redemption.refresh_from_db()
        assert redemption.identity is None
        assert redemption.promotion_id == used.promotion_id
        assert redemption.metadata == {}
        assert redemption.public_id != public_id
        assert redemption.order_source_id.startswith("erased-")


def test_a_redemption_of_a_friends_code_stays_the_friends(identity):
    friend = IdentityFactory()
    voucher = VoucherFactory(holder=identity)
    theirs = RedemptionFactory(voucher=voucher, identity=friend, order_source_id="THEIRS")

    erase(identity.customer)

    theirs.refresh_from_db()
    assert (theirs.identity, theirs.order_source_id) == (friend, "THEIRS")
    assert theirs.voucher.holder is None


def test_everything_else_goes_and_the_address_is_never_written_to_again(identity):
    ConsentStateFactory(customer=identity.customer)
    ConsentEventFactory(identity=identity, action="withdrawn")
    OutboxMessageFactory(delivery=DeliveryFactory(identity=identity))

    erase(identity.customer)

    assert Customer.objects.count() == Identity.objects.count() == ConsentEvent.objects.count() == 0
    known = set(Suppression.objects.values_list("channel", "fingerprint", "reason"))
    assert known == {
        (channel, fingerprint(channel, address), "erased")
        for channel, address in (
            (Channel.EMAIL, "ann@example.com"),
            (Channel.SMS, "+905551112233"),
        )
    }
    row = AuditEntry.objects.get(action="customer.erased")
    assert (row.object_id, row.fields) == (str(identity.customer_id), ["requested_by_customer"])
    assert Erasure.objects.get().customer_pk == identity.customer_id


def test_twice_says_that_nobody_is_there(identity):
    customer = identity.customer
    erase(customer)

    with pytest.raises(UnknownCustomer):
        erase(customer)


@pytest.mark.parametrize(
    "state", ["uploaded", "checking", "checked", "waiting", "running", "paused"]
)
def test_an_unfinished_import_would_bring_the_person_back(identity, state):
    ImportRunFactory(state=state, name="customers.csv")

    with pytest.raises(ImportUnfinished, match="customers"):
        erase(identity.customer)

    assert Customer.objects.count() == 1


def attempt(sql, *params):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)


def test_nothing_but_the_erasure_deletes_what_was_said_about_consent(identity):
    event = ConsentEventFactory(identity=identity)
    refused = "never changed or deleted"

    with pytest.raises(IntegrityError, match=refused):
        attempt("DELETE FROM customers_consentevent")
    with pytest.raises(IntegrityError, match=refused):
        attempt("UPDATE customers_consentevent SET source = 'x'")
    with pytest.raises(IntegrityError, match=refused):  # the setting alone is not enough
        attempt("SET LOCAL vesile.erasing = 'yes'; DELETE FROM customers_consentevent")
    Erasure.objects.create(customer_pk=identity.customer_id, erased_at=NOON)
    with pytest.raises(IntegrityError, match=refused):  # nor is a row that says so
        attempt("DELETE FROM customers_consentevent")

    assert ConsentEvent.objects.get() == event
    erase(identity.customer)
    ConsentEventFactory()
    with pytest.raises(IntegrityError, match=refused):  # the function leaves no door open
        attempt("DELETE FROM customers_consentevent")


def test_the_number_of_statements_does_not_grow_with_what_is_held(
    identity, django_assert_max_num_queries
):
    OrderLineFactory.create_batch(5, order__identity=identity)
    with django_assert_max_num_queries(110):
        erase(identity.customer)


def test_the_answer_about_somebody_with_the_same_number_elsewhere_stays(identity):
    """The shop's numbers mean different things in different places."""
    identity.external_id = "17850"
    identity.save()
    key = ApiKeyFactory()
    bodies = {
        "hers": '{"object":"event","customer":{"object":"customer","id":null,"source_id":"17850"}}',
        "product": '{"object":"product","source_id":"17850","name":"Heart"}',
        "other": '{"object":"customer","id":"cust_other","source_id":"4711"}',
    }
    for name, body in bodies.items():
        IdempotencyRecord.objects.create(
            api_key=key, key_hash=name, request_hash=name, status=200, body=body, created_at=NOON
        )

    erase(identity.customer)

    found = dict(IdempotencyRecord.objects.values_list("key_hash", "status"))
    assert found == {"hers": 404, "product": 200, "other": 200}
