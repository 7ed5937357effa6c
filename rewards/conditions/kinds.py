"""The kinds of conditions and how each is read from its JSON object."""

from collections.abc import Callable
from typing import Any, Final

from config.shared.invalid import marked as _
from rewards.conditions.comparing import Bound, Cmp, MoneyBound, Number, OneOf
from rewards.conditions.facts import (
    CustomerFact,
    HistoryOf,
    MetadataOf,
    MoneyOf,
    Spent,
    UsedBy,
    Uses,
)
from rewards.conditions.of_customer import Age, CustomerIs, InSegment, IsHolder, IsNew, OrderHistory
from rewards.conditions.of_order import AmountOf, CountOf, Items, OrderAmount, OrderCount, Which
from rewards.conditions.of_use import BudgetLimit, ChannelIs, Known, MetadataIs, Open, UseLimit
from rewards.conditions.tree import Condition
from rewards.periods import Period
from rewards.reading import (
    Given,
    Reader,
    ReadingError,
    boolean,
    currency,
    decimal,
    one_of,
    positive,
    text,
    texts,
    whole,
)
from rewards.selecting import read_selector
from rewards.window_reading import read_window

MOST_YEARS: Final = 150


def _order_amount(given: Given) -> OrderAmount:
    return OrderAmount(_money(given), given.take("of", one_of(AmountOf), AmountOf.CURRENT))


def _order_count(given: Given) -> OrderCount:
    return OrderCount(_bound(given), given.take("of", one_of(CountOf), CountOf.UNITS))


def _items(given: Given) -> Items:
    which = given.take("which", one_of(Which), Which.ANY)
    quantity = given.take("quantity", _nested_bound, None)
    amount = given.take("amount", _nested_money, None)
    if which is Which.NONE and (quantity or amount):
        raise ReadingError(given.path, _("What must not be there has no quantity or amount."))
    return Items(given.need("items", read_selector), which, quantity, amount)


def _segment(given: Given) -> InSegment:
    return InSegment(_one_of(given))


def _country(given: Given) -> CustomerIs:
    among = _one_of(given)
    return CustomerIs(
        CustomerFact.COUNTRY,
        OneOf(frozenset(code.upper() for code in among.values), among.negated),
    )


def _language(given: Given) -> CustomerIs:
    return CustomerIs(CustomerFact.LANGUAGE, _one_of(given))


def _new_customer(given: Given) -> IsNew:
    return IsNew(given.take("is", boolean, True))


def _age(given: Given) -> Age:
    bound = _bound(given)
    if max(bound.value, bound.high or 0) > MOST_YEARS:
        raise ReadingError(given.path, _("Give an age in years."))
    return Age(bound)


def _holder(given: Given) -> IsHolder:
    return IsHolder()


def _order_history(given: Given) -> OrderHistory:
    of = given.need("of", one_of(HistoryOf))
    days = given.take("days", positive, None)
    if of is HistoryOf.SUM:
        return OrderHistory(of, money=_money(given), days=days)
    if of is HistoryOf.DAYS_SINCE_LAST and days is not None:
        raise ReadingError(given.at("days"), _("The last order is the last of all; remove it."))
    return OrderHistory(of, bound=_bound(given), days=days)


def _open(given: Given) -> Open:
    return Open(given.need("window", read_window))


def _uses(given: Given) -> UseLimit:
    asked = Uses(
        given.take("by", one_of(UsedBy), UsedBy.PROMOTION),
        given.take("period", one_of(Period), Period.EVER),
    )
    return UseLimit(asked, given.need("limit", whole))


def _budget(given: Given) -> BudgetLimit:
    asked = Spent(
        given.take("of", one_of(MoneyOf), MoneyOf.DISCOUNT),
        given.take("period", one_of(Period), Period.EVER),
        given.need("currency", currency),
    )
    return BudgetLimit(asked, given.need("limit", whole))


def _channel(given: Given) -> ChannelIs:
    return ChannelIs(_one_of(given))


def _metadata(given: Given) -> MetadataIs:
    of, name = given.need("of", one_of(MetadataOf)), given.need("name", text)
    if given.has("in") or given.has("not_in"):
        return MetadataIs(of, name, _one_of(given))
    if given.has("is"):
        return MetadataIs(of, name, _is(given))
    return MetadataIs(of, name, _bound(given, decimal))


def _is(given: Given) -> bool | Known:
    def read(raw: Any, path: str) -> bool | Known:
        return raw if isinstance(raw, bool) else one_of(Known)(raw, path)

    return given.need("is", read)


KINDS: Final[dict[str, Callable[[Given], Condition]]] = {
    "order_amount": _order_amount,
    "order_count": _order_count,
    "items": _items,
    "segment": _segment,
    "country": _country,
    "language": _language,
    "new_customer": _new_customer,
    "age": _age,
    "holder": _holder,
    "order_history": _order_history,
    "open": _open,
    "uses": _uses,
    "budget": _budget,
    "channel": _channel,
    "metadata": _metadata,
}


def _one_of(given: Given) -> OneOf:
    """Read `in` or `not_in`, one of them."""
    if given.has("in") is given.has("not_in"):
        raise ReadingError(given.path, _("Give either “in” or “not_in”, with a list."))
    if given.has("in"):
        return OneOf(given.need("in", texts))
    return OneOf(given.need("not_in", texts), negated=True)


def _bound(given: Given, read: Reader[Number] = whole) -> Bound:
    """Read `cmp` and `value`; for “between” the value is a list of two."""
    return _bound_of(given.need("cmp", one_of(Cmp)), given, "value", read)


def _bound_of(cmp: Cmp, given: Given, name: str, read: Reader[Number]) -> Bound:
    if cmp is not Cmp.BETWEEN:
        return Bound(cmp, given.need(name, read))
    low, high = given.need(name, _pair(read))
    return Bound(cmp, low, high)


def _pair(read: Reader[Number]) -> Reader[tuple[Number, Number]]:
    def read_pair(raw: Any, path: str) -> tuple[Number, Number]:
        if not isinstance(raw, list) or len(raw) != 2:
            raise ReadingError(path, _("Give two values, the smaller first."))
        low, high = read(raw[0], f"{path}[0]"), read(raw[1], f"{path}[1]")
        if low > high:
            raise ReadingError(path, _("Give two values, the smaller first."))
        return low, high

    return read_pair


def _money(given: Given) -> MoneyBound:
    """Read `cmp`, `value` and `currency`, and `other_amounts` with values of other currencies."""
    cmp = given.need("cmp", one_of(Cmp))
    first = given.need("currency", currency)
    bounds = {first: _bound_of(cmp, given, "value", whole)}
    others = given.take("other_amounts", Given, None)
    if others is not None:
        for name in others.names:
            bounds[currency(name, others.at(name))] = _bound_of(cmp, others, name, whole)
    return MoneyBound(bounds)


def _nested_bound(raw: Any, path: str) -> Bound:
    given = Given(raw, path)
    bound = _bound(given)
    given.finish()
    return bound


def _nested_money(raw: Any, path: str) -> MoneyBound:
    given = Given(raw, path)
    bound = _money(given)
    given.finish()
    return bound
