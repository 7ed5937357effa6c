"""What may be combined on one order: the stacking rules, in the published vocabulary."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from config.shared.invalid import InvalidValueError
from config.shared.invalid import marked as _

MOST_REDEEMABLES: Final = 30


class StackingError(InvalidValueError):
    """Rules that contradict each other, or a request that no rules allow; `key` as published."""

    def __init__(self, message: str, *, key: str = "invalid_payload", **params: object) -> None:
        super().__init__(message, **params)
        self.key = key


class Mode(StrEnum):
    """What a redeemable that is refused means for the others."""

    ALL = "ALL"
    """Nothing applies."""
    PARTIAL = "PARTIAL"
    """The others apply without it."""


class Sorting(StrEnum):
    """In which order redeemables apply."""

    REQUESTED_ORDER = "REQUESTED_ORDER"
    CATEGORY_HIERARCHY = "CATEGORY_HIERARCHY"
    """By the hierarchy of their categories, the lowest number first; then as requested."""
    PRIORITY = "PRIORITY"
    """Higher priority first, then older first: where nobody asked. Ours, never on the wire."""


class OnProducts(StrEnum):
    """How many offers may change the price of the same line; effects on the order do not count."""

    STACK = "STACK"
    ONCE = "ONCE"


class NoEffect(StrEnum):
    """What becomes of a redeemable that would change nothing."""

    REDEEM_ANYWAY = "REDEEM_ANYWAY"
    SKIP = "SKIP"


@dataclass(frozen=True, slots=True, kw_only=True)
class StackingRules:
    """What may be combined in one request. None means no limit; categories are keys.

    A redeemable with an exclusive category keeps out those without one, whatever the order; one
    with a joint category applies in any company. `category_limits` overrides the limit of every
    category for those it names. `hierarchy` gives categories their place (1 where not named).
    """

    redeemables_limit: int = MOST_REDEEMABLES
    applicable_limit: int | None = 5
    per_category_limit: int | None = 1
    category_limits: Mapping[str, int] = field(default_factory=dict)
    exclusive_limit: int | None = 1
    exclusive_per_category_limit: int | None = 1
    exclusive_categories: frozenset[str] = frozenset()
    joint_categories: frozenset[str] = frozenset()
    mode: Mode = Mode.ALL
    sorting: Sorting = Sorting.REQUESTED_ORDER
    on_products: OnProducts = OnProducts.STACK
    no_effect: NoEffect = NoEffect.REDEEM_ANYWAY
    no_effect_skip_categories: frozenset[str] = frozenset()
    no_effect_redeem_anyway_categories: frozenset[str] = frozenset()
    hierarchy: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 1 <= self.redeemables_limit <= MOST_REDEEMABLES:
            raise StackingError(
                _("Between 1 and %(most)d redeemables may be sent."), most=MOST_REDEEMABLES
            )
        limits = (
            self.applicable_limit,
            self.per_category_limit,
            self.exclusive_limit,
            self.exclusive_per_category_limit,
            *self.category_limits.values(),
        )
        if any(limit is not None and limit < 0 for limit in limits):
            raise StackingError(_("A limit is not negative."))
        if self.exclusive_categories & self.joint_categories:
            raise StackingError(_("A category cannot be exclusive and joint."))
        if self.no_effect_skip_categories & self.no_effect_redeem_anyway_categories:
            raise StackingError(_("Without effect a category is either skipped or redeemed."))

    def as_published(self) -> dict[str, object]:
        """Return the rules as the published object; an absent limit is the largest possible."""
        most = self.redeemables_limit

        def limit(number: int | None) -> int:
            return most if number is None else min(number, most)

        sorting = self.sorting
        if sorting is Sorting.PRIORITY:
            sorting = Sorting.REQUESTED_ORDER
        return {
            "redeemables_limit": most,
            "applicable_redeemables_limit": limit(self.applicable_limit),
            "applicable_redeemables_per_category_limit": limit(self.per_category_limit),
            "applicable_redeemables_category_limits": dict(self.category_limits),
            "applicable_exclusive_redeemables_limit": limit(self.exclusive_limit),
            "applicable_exclusive_redeemables_per_category_limit": limit(
                self.exclusive_per_category_limit
            ),
            "exclusive_categories": sorted(self.exclusive_categories),
            "joint_categories": sorted(self.joint_categories),
            "redeemables_application_mode": self.mode.value,
            "redeemables_sorting_rule": sorting.value,
            "redeemables_products_application_mode": self.on_products.value,
            "redeemables_no_effect_rule": self.no_effect.value,
            "no_effect_skip_categories": sorted(self.no_effect_skip_categories),
            "no_effect_redeem_anyway_categories": sorted(self.no_effect_redeem_anyway_categories),
        }

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> "StackingRules":
        """Return the rules of a published object, absent fields as by default; `{}` is all default.

        Our `hierarchy` ({category: place}) may be among the fields; the rollback mode of the order
        is published with the rules but is none of what is combined, and passed over. Raises
        StackingError naming the field.
        """
        given: dict[str, Any] = {}
        for name, value in raw.items():
            if name == "redeemables_rollback_order_mode":
                continue
            if name not in _FIELDS:
                raise StackingError(_("“%(name)s” is no stacking rule."), name=name)
            field_name, read = _FIELDS[name]
            given[field_name] = read(name, value)
        return cls(**given)

    def as_stored(self) -> dict[str, Any]:
        """The rules as `read` takes them, every one of them, so that a new default changes none."""
        return {name: _plain(getattr(self, field)) for name, (field, _read) in _FIELDS.items()}


def _plain(value: Any) -> Any:
    match value:
        case frozenset():
            return sorted(value)
        case StrEnum():
            return value.value
        case Mapping():
            return dict(value)
    return value


def _limit(name: str, value: Any) -> int | None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
        raise StackingError(_("“%(name)s” is a whole number."), name=name)
    return value


def _number(name: str, value: Any) -> int:
    number = _limit(name, value)
    if number is None:
        raise StackingError(_("“%(name)s” is a whole number."), name=name)
    return number


def _keys(name: str, value: Any) -> frozenset[str]:
    if not isinstance(value, list) or not all(isinstance(key, str) for key in value):
        raise StackingError(_("“%(name)s” is a list of categories."), name=name)
    return frozenset(value)


def _numbers(name: str, value: Any) -> dict[str, int]:
    if not isinstance(value, dict):
        raise StackingError(_("“%(name)s” is an object of numbers by category."), name=name)
    return {str(key): _number(name, number) for key, number in value.items()}


def _one_of(choices: type[StrEnum]) -> Callable[[str, Any], StrEnum]:
    def read(name: str, value: Any) -> StrEnum:
        if not isinstance(value, str) or value not in set(choices):
            raise StackingError(
                _("“%(name)s” is one of: %(choices)s."), name=name, choices=", ".join(choices)
            )
        return choices(value)

    return read


_FIELDS: Final[dict[str, tuple[str, Callable[[str, Any], Any]]]] = {
    "redeemables_limit": ("redeemables_limit", _number),
    "applicable_redeemables_limit": ("applicable_limit", _limit),
    "applicable_redeemables_per_category_limit": ("per_category_limit", _limit),
    "applicable_redeemables_category_limits": ("category_limits", _numbers),
    "applicable_exclusive_redeemables_limit": ("exclusive_limit", _limit),
    "applicable_exclusive_redeemables_per_category_limit": (
        "exclusive_per_category_limit",
        _limit,
    ),
    "exclusive_categories": ("exclusive_categories", _keys),
    "joint_categories": ("joint_categories", _keys),
    "redeemables_application_mode": ("mode", _one_of(Mode)),
    "redeemables_sorting_rule": ("sorting", _one_of(Sorting)),
    "redeemables_products_application_mode": ("on_products", _one_of(OnProducts)),
    "redeemables_no_effect_rule": ("no_effect", _one_of(NoEffect)),
    "no_effect_skip_categories": ("no_effect_skip_categories", _keys),
    "no_effect_redeem_anyway_categories": ("no_effect_redeem_anyway_categories", _keys),
    "hierarchy": ("hierarchy", _numbers),
}
