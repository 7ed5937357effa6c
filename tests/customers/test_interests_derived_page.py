"""Every derived attribute states its purpose; what nothing uses is flagged."""

import pytest
from django.test import Client
from django.urls import reverse

from config.shared.usages import Usage
from customers import derived
from customers.derived import Derived
from customers.models import DataCategory
from segments.derived_uses import DERIVED_OF_FIELD
from segments.rules.fields import FIELDS
from tests.factories import SegmentFactory, StaffUserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def page():
    def read():
        client = Client()
        user = StaffUserFactory(groups=["Marketer"], language="en")
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client.get(reverse("admin:derived")).content.decode()

    return read


def by_key():
    return {one.attribute.key: one for one in derived.listed()}


def test_every_attribute_has_a_purpose_and_a_kind_of_data():
    for one in derived.listed():
        assert str(one.attribute.purpose)
        assert one.attribute.data_category in DataCategory
    with pytest.raises(ValueError, match="purpose"):
        Derived("x.y", "x", "", "", DataCategory.PROFILE)
    with pytest.raises(ValueError, match="already"):
        derived.register([by_key()["purchases.sum"].attribute])


def test_what_a_segment_looks_at_is_used_and_the_rest_is_flagged(page):
    assert by_key()["purchases.count"].is_unused
    SegmentFactory(
        name="Regulars",
        rules={
            "op": "and",
            "rules": [
                {"field": "orders.count", "cmp": "gte", "value": 3},
                {"op": "or", "rules": [{"field": "orders.last", "cmp": "known"}]},
            ],
        },
    )
    [usage] = by_key()["purchases.count"].usages
    assert isinstance(usage, Usage)
    assert usage.name == "Regulars"
    assert not by_key()["purchases.count"].is_unused
    assert by_key()["purchases.price_band"].is_unused
    shown = page()
    assert "Regulars" in shown
    assert "attributes are used by nothing" in shown
    assert "needs permission" in shown


def test_what_every_message_needs_is_always_used():
    assert not by_key()["profile.zone"].is_unused


def test_segments_name_fields_and_attributes_that_exist():
    assert FIELDS.keys() >= DERIVED_OF_FIELD.keys()
    assert by_key().keys() >= set(DERIVED_OF_FIELD.values())


def test_a_stored_rule_that_cannot_be_read_hides_no_use():
    SegmentFactory(
        rules={"op": "and", "rules": [{"field": "orders.sum"}, {"field": "gone.long"}, 7]}
    )
    assert len(by_key()["purchases.sum"].usages) == 1


def test_the_uses_cost_one_statement(django_assert_num_queries):
    SegmentFactory.create_batch(5)
    with django_assert_num_queries(1):
        derived.listed()
