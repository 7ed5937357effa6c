"""Nothing about a person can be forgotten: every field of every model says what it is."""

import pytest
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field

from customers.rights import deletion_order, entries, holdings

OURS = ("config.", "customers.", "segments.", "messaging.", "rewards.", "campaigns.")
MODELS = [model for model in apps.get_models() if model.__module__.startswith(OURS)]
ENTRIES = entries()


def fields_of(model):
    return {field.name for field in model._meta.concrete_fields}


def test_there_is_something_to_check():
    assert len(MODELS) > 30
    assert len(holdings()) > 15


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_field_is_registered_once(model):
    assert model in ENTRIES, "say in the app's rights.py what this model holds on a person"
    named = list(ENTRIES[model])

    assert fields_of(model) - set(named) == set(), "fields that customers.rights does not know"
    assert set(named) - fields_of(model) == set(), "entries that name no field"
    assert len(named) == len(set(named)), "a field is one thing only"


def found(model, lookup):
    """The last field of a look-up; raises FieldDoesNotExist."""
    field = None
    for part in lookup.split("__"):
        field = model._meta.pk if part == "pk" else model._meta.get_field(part)
        model = field.related_model
    return field


@pytest.mark.parametrize("holding", holdings(), ids=lambda holding: holding.model.__name__)
def test_an_entry_names_what_exists(holding):
    lookups = [*holding.also.values(), *holding.money, *holding.money.values(), *holding.erased]
    if isinstance(holding.owner, str):
        lookups.append(holding.owner)
    if holding.within:
        lookups.append(holding.within)
    try:
        assert all(isinstance(found(holding.model, lookup), Field) for lookup in lookups)
    except FieldDoesNotExist as missing:
        pytest.fail(str(missing))
    assert not set(holding.erased) - set(holding.named)
    assert not set(holding.money) - set(holding.shown)
    assert not set(holding.also) & set(holding.shown)
    assert holding.stay or not holding.erased, "rows that are deleted need nothing written over"


@pytest.mark.parametrize("holding", holdings(), ids=lambda holding: holding.model.__name__)
def test_a_row_that_stays_does_not_lead_to_a_customer(holding):
    """Whatever points at a person's row is cut, unless it points at a row that stays as well."""
    if not holding.stay:
        return
    staying = {other.model for other in holdings() if other.stay}
    leading = {
        field.name
        for field in holding.model._meta.concrete_fields
        if field.related_model in {other.model for other in holdings()} - staying
    }

    assert leading <= set(holding.erased)


def test_rows_are_deleted_before_what_they_refer_to():
    order = [holding.model for holding in deletion_order()]

    for model in order:
        for field in model._meta.concrete_fields:
            if field.related_model in order and field.related_model is not model:
                assert order.index(model) < order.index(field.related_model)


def test_a_field_that_nobody_registered_is_noticed(monkeypatch):
    """The check itself: without one name the test above would fail."""
    from customers.models import Customer

    named = [name for name in ENTRIES[Customer] if name != "gender"]

    assert fields_of(Customer) - set(named) == {"gender"}
