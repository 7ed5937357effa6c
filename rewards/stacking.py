"""Several redeemables on one cart: which apply, in which order, and why the others are left out.

Pure: the caller says what each redeemable does to a cart, by a function that checks its rules on
the order as the ones before it left it. Reasons are the published keys, so that what is decided
here can be answered as it is.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

from config.shared.invalid import marked as _
from rewards.arithmetic import Applied, CartState
from rewards.stacking_rules import (
    Mode,
    NoEffect,
    OnProducts,
    Sorting,
    StackingError,
    StackingRules,
)

Refusal = TypeVar("Refusal")


class Reason(StrEnum):
    """Why a redeemable is left out although its own rules do not refuse it."""

    LIMIT = "applicable_redeemables_limit_exceeded"
    CATEGORY_LIMIT = "applicable_redeemables_per_category_limit_exceeded"
    EXCLUSIVE_LIMIT = "applicable_exclusive_redeemables_limit_exceeded"
    EXCLUSIVE_CATEGORY_LIMIT = "applicable_exclusive_redeemables_per_category_limit_exceeded"
    EXCLUSION = "exclusion_rules_not_met"
    PRECEDING_FAILED = "preceding_validation_failed"
    NO_EFFECT = "no_effect"


@dataclass(frozen=True, slots=True, kw_only=True)
class Redeemable:
    """One thing that somebody wants to redeem; `kind` and `id` name it in the request.

    Whoever makes it folds codes (`rewards.codes.code_key`), else a code is not found twice where
    it was written in capitals once.
    `alone` is an offer that applies alone, without any other. `priority` (higher first) and
    `since` decide the order where nobody asked for one.
    """

    kind: str
    id: str
    categories: frozenset[str] = frozenset()
    alone: bool = False
    priority: int = 0
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """A redeemable that applies, and what it does to the cart the ones before it left."""

    redeemable: Redeemable
    applied: Applied


@dataclass(frozen=True, slots=True)
class Skipped:
    """A redeemable that is left out, and why."""

    redeemable: Redeemable
    reason: Reason


@dataclass(frozen=True, slots=True)
class Inapplicable(Generic[Refusal]):
    """A redeemable that its own rules refuse."""

    redeemable: Redeemable
    refusal: Refusal


@dataclass(frozen=True, slots=True)
class Stacked(Generic[Refusal]):
    """What becomes of every redeemable of a request; each is in exactly one of the three.

    `placed` is in the order in which they apply, the others as they were looked at. `after` is the
    cart with all that applies. Where `valid` is false nothing applies.
    """

    valid: bool
    before: CartState
    after: CartState
    placed: tuple[Placed, ...]
    skipped: tuple[Skipped, ...]
    inapplicable: tuple[Inapplicable[Refusal], ...]


Judge = Callable[[Redeemable, CartState], Applied | Refusal]
"""What a redeemable does to a cart, or the refusal of its rules. Called again and again."""


def check_request(redeemables: Sequence[Redeemable], rules: StackingRules) -> None:
    """Raise StackingError for a request that is wrong as a whole: none, too many, one twice."""
    if not redeemables:
        raise StackingError(_("Send at least one redeemable."))
    if len(redeemables) > rules.redeemables_limit:
        raise StackingError(
            _("At most %(most)d redeemables may be sent."), most=rules.redeemables_limit
        )
    if len({(one.kind, one.id) for one in redeemables}) != len(redeemables):
        raise StackingError(_("A redeemable was sent twice."), key="duplicated_redeemables")


def in_working_order(
    redeemables: Sequence[Redeemable], rules: StackingRules
) -> tuple[Redeemable, ...]:
    """Return the redeemables in the order in which they apply."""

    def place(one: Redeemable) -> int:
        return min((rules.hierarchy.get(key, 1) for key in one.categories), default=1)

    def age(one: Redeemable) -> tuple[int, bool, float]:
        since = 0.0 if one.since is None else one.since.timestamp()
        return -one.priority, one.since is None, since

    match rules.sorting:
        case Sorting.CATEGORY_HIERARCHY:
            return tuple(sorted(redeemables, key=place))
        case Sorting.PRIORITY:
            return tuple(sorted(redeemables, key=age))
    return tuple(redeemables)


def stack(
    redeemables: Sequence[Redeemable],
    rules: StackingRules,
    state: CartState,
    judge: Judge[Refusal],
) -> Stacked[Refusal]:
    """Apply what may be combined, each on the cart as the ones before it left it.

    An offer that applies alone comes first: the first that its own rules allow keeps out all
    others. Else an exclusive one that is allowed keeps out the common ones (neither exclusive nor
    joint), whatever the order. The rest are taken in their order as far as the limits go. In the
    mode ALL one refusal is enough and nothing applies. Raises StackingError as `check_request`.
    """
    check_request(redeemables, rules)
    ordered = in_working_order(redeemables, rules)
    lonely = [one for one in ordered if one.alone]
    alone = _first_allowed(lonely, state, judge)
    if alone is not None:
        refused_before = lonely[: lonely.index(alone)]
        others = frozenset(ordered) - {alone, *refused_before}
        return _all_or_nothing(_Walk(rules, judge, state).through(ordered, others), rules)
    exclusive = [one for one in ordered if _is_exclusive(one, rules)]
    common = frozenset(
        one for one in ordered if not _is_exclusive(one, rules) and not _is_joint(one, rules)
    )
    # An exclusive one may be allowed on the whole cart and refused on what a joint one before it
    # left. Then it keeps nobody out: all begins again without believing in it.
    believed = list(exclusive)
    while True:
        keeper = _first_allowed(believed, state, judge)
        excluded = common if keeper is not None else frozenset[Redeemable]()
        walked = _Walk(rules, judge, state).through(ordered, excluded)
        if keeper is None or any(placed.redeemable in exclusive for placed in walked.placed):
            return _all_or_nothing(walked, rules)
        believed.remove(keeper)


def _first_allowed(
    candidates: Iterable[Redeemable], state: CartState, judge: Judge[Refusal]
) -> Redeemable | None:
    return next((one for one in candidates if isinstance(judge(one, state), Applied)), None)


def _is_joint(one: Redeemable, rules: StackingRules) -> bool:
    return bool(one.categories & rules.joint_categories)


def _is_exclusive(one: Redeemable, rules: StackingRules) -> bool:
    return bool(one.categories & rules.exclusive_categories) and not _is_joint(one, rules)


def _all_or_nothing(stacked: Stacked[Refusal], rules: StackingRules) -> Stacked[Refusal]:
    """Undo everything where one refusal is enough; what would have applied is left out with it."""
    if stacked.placed and (rules.mode is Mode.PARTIAL or not stacked.inapplicable):
        return stacked
    undone = tuple(Skipped(one.redeemable, Reason.PRECEDING_FAILED) for one in stacked.placed)
    return Stacked(
        valid=False,
        before=stacked.before,
        after=stacked.before,
        placed=(),
        skipped=(*undone, *stacked.skipped),
        inapplicable=stacked.inapplicable,
    )


@dataclass(slots=True)
class _Walk(Generic[Refusal]):
    """One pass over the redeemables, with what it has placed and left out so far."""

    rules: StackingRules
    judge: Judge[Refusal]
    before: CartState
    placed: list[Placed] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    inapplicable: list[Inapplicable[Refusal]] = field(default_factory=list)

    def through(
        self, ordered: Sequence[Redeemable], excluded: Collection[Redeemable]
    ) -> Stacked[Refusal]:
        """Look at each in turn; those `excluded` are kept out by others from the start."""
        state = self.before
        for one in ordered:
            reason = Reason.EXCLUSION if one in excluded else self._limit_reached(one)
            if self.rules.mode is Mode.ALL and self.inapplicable:
                reason = Reason.PRECEDING_FAILED
            if reason is None:
                state = self._next(one, state)
            else:
                self.skipped.append(Skipped(one, reason))
        return Stacked(
            valid=bool(self.placed),
            before=self.before,
            after=state,
            placed=tuple(self.placed),
            skipped=tuple(self.skipped),
            inapplicable=tuple(self.inapplicable),
        )

    def _next(self, one: Redeemable, state: CartState) -> CartState:
        """Judge one redeemable and return the cart as it leaves it."""
        # What applies alone is judged on the cart as it came: it never follows another.
        answer = self.judge(one, self.before if one.alone else state)
        if not isinstance(answer, Applied):
            self.inapplicable.append(Inapplicable(one, answer))
            return state
        if not answer.has_effect and self._is_skipped_without_effect(one):
            self.skipped.append(Skipped(one, Reason.NO_EFFECT))
            return state
        self.placed.append(Placed(one, answer))
        if self.rules.on_products is OnProducts.ONCE:
            return answer.after.closing(answer.touched_keys())
        return answer.after

    def _is_skipped_without_effect(self, one: Redeemable) -> bool:
        if one.categories & self.rules.no_effect_skip_categories:
            return True
        if one.categories & self.rules.no_effect_redeem_anyway_categories:
            return False
        return self.rules.no_effect is NoEffect.SKIP

    def _limit_reached(self, one: Redeemable) -> Reason | None:
        rules, placed = self.rules, [each.redeemable for each in self.placed]
        if _full(rules.applicable_limit, len(placed)):
            return Reason.LIMIT
        if _is_exclusive(one, rules):
            exclusive = [other for other in placed if _is_exclusive(other, rules)]
            if _full(rules.exclusive_limit, len(exclusive)):
                return Reason.EXCLUSIVE_LIMIT
            for key in one.categories & rules.exclusive_categories:
                if _full(rules.exclusive_per_category_limit, _with_category(exclusive, key)):
                    return Reason.EXCLUSIVE_CATEGORY_LIMIT
        for key in one.categories:
            limit = rules.category_limits.get(key, rules.per_category_limit)
            if _full(limit, _with_category(placed, key)):
                return Reason.CATEGORY_LIMIT
        return None


def _full(limit: int | None, count: int) -> bool:
    return limit is not None and count >= limit


def _with_category(placed: Iterable[Redeemable], key: str) -> int:
    return sum(key in one.categories for one in placed)
