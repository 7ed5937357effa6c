"""How offers combine, in words: of all offers together, and of one among the others."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rewards.models import Promotion
from rewards.stacking_rules import Mode, NoEffect, OnProducts, Sorting, StackingRules


def rules_in_words(rules: StackingRules) -> list[str]:
    """What happens to the codes of one order, sentence by sentence."""
    return [
        *_how_many(rules),
        *_of_categories(rules),
        *_company(rules),
        _when_refused(rules),
        *_order(rules),
        _on_products(rules),
        *_without_effect(rules),
    ]


def company_in_words(promotion: Promotion, rules: StackingRules) -> list[str]:
    """What becomes of a code of this offer beside other codes, as clauses."""
    if promotion.exclusive:
        return [_("used alone: beside it every other code of the order is left out")]
    found = []
    category = promotion.stacking_category
    if category:
        found.append(_("of the category “%(name)s”") % {"name": category})
        limit = rules.category_limits.get(category, rules.per_category_limit)
        if limit is not None:
            found.append(_at_most_of_it(limit))
    if category in rules.joint_categories:
        found.append(_("works in any company"))
    elif category in rules.exclusive_categories:
        found.append(_("keeps out codes of other categories and of none"))
    elif rules.exclusive_categories:
        found.append(
            _("left out beside codes of %(categories)s")
            % {"categories": named(rules.exclusive_categories)}
        )
    if promotion.priority:
        found.append(_priority(promotion.priority, rules))
    return found


def named(categories: Iterable[str]) -> str:
    return ", ".join(f"“{name}”" for name in sorted(categories))


def _at_most_of_it(limit: int) -> str:
    if not limit:
        return _("none of it works on any order")
    words = ngettext("at most %(n)d of it on one order", "at most %(n)d of it on one order", limit)
    return words % {"n": limit}


def _priority(priority: int, rules: StackingRules) -> str:
    if rules.sorting is Sorting.PRIORITY:
        return _("priority %(n)d: works before codes with a lower one") % {"n": priority}
    return _("priority %(n)d, which the order of codes does not follow at present") % {
        "n": priority
    }


def _how_many(rules: StackingRules) -> list[str]:
    most = rules.redeemables_limit
    words = ngettext(
        "A shop may send %(n)d code for one order.",
        "A shop may send %(n)d codes for one order.",
        most,
    )
    found = [words % {"n": most}]
    limit = rules.applicable_limit
    if limit is None or limit >= most:
        found.append(_("All of them may work together."))
    elif limit == 0:
        found.append(_("None of them works."))
    else:
        words = ngettext(
            "At most %(n)d of them works; the rest is left out.",
            "At most %(n)d of them work together; the rest is left out.",
            limit,
        )
        found.append(words % {"n": limit})
    return found


def _of_categories(rules: StackingRules) -> list[str]:
    found = []
    if (limit := rules.per_category_limit) is not None:
        words = ngettext(
            "Of offers of one category %(n)d code works on an order.",
            "Of offers of one category %(n)d codes work on an order.",
            limit,
        )
        found.append(words % {"n": limit})
    for name, limit in sorted(rules.category_limits.items()):
        words = ngettext(
            "Of “%(name)s” %(n)d code works.", "Of “%(name)s” %(n)d codes work.", limit
        )
        found.append(words % {"name": name, "n": limit})
    return found


def _company(rules: StackingRules) -> list[str]:
    found = [_("An offer that “cannot be combined” is used alone: the first that is accepted.")]
    if rules.exclusive_categories:
        found.append(
            _("Where a code of %(categories)s is accepted, the others are left out.")
            % {"categories": named(rules.exclusive_categories)}
        )
        if (limit := rules.exclusive_limit) is not None:
            words = ngettext(
                "Of such codes %(n)d works.", "Of such codes %(n)d work together.", limit
            )
            found.append(words % {"n": limit})
        each = rules.exclusive_per_category_limit
        if each is not None and (limit is None or each < limit):
            words = ngettext(
                "Of each such category %(n)d works.", "Of each such category %(n)d work.", each
            )
            found.append(words % {"n": each})
    if rules.joint_categories:
        found.append(
            _("Codes of %(categories)s work in any company.")
            % {"categories": named(rules.joint_categories)}
        )
    return found


def _when_refused(rules: StackingRules) -> str:
    if rules.mode is Mode.ALL:
        return _("If one code is refused, none is used.")
    return _("If one code is refused, the others are used without it.")


def _order(rules: StackingRules) -> list[str]:
    match rules.sorting:
        case Sorting.PRIORITY:
            return [_("Offers with a higher priority work first, of equal ones the older.")]
        case Sorting.CATEGORY_HIERARCHY:
            found = [_("Codes work by the place of their category, then as the shop sent them.")]
            if rules.hierarchy:
                places = sorted(rules.hierarchy.items(), key=lambda pair: (pair[1], pair[0]))
                listed = ", ".join(f"{place}. “{name}”" for name, place in places)
                found.append(
                    _("Places: %(places)s; all other categories have place 1.") % {"places": listed}
                )
            return found
    return [_("Codes work in the order in which the shop sends them.")]


def _on_products(rules: StackingRules) -> str:
    if rules.on_products is OnProducts.ONCE:
        return _("Only one offer changes the price of the same goods, beside those on the order.")
    return _("Each offer works on the prices that the ones before it left.")


def _without_effect(rules: StackingRules) -> list[str]:
    if rules.no_effect is NoEffect.SKIP:
        found = [_("A code that would change nothing is left out and keeps its use.")]
        others = rules.no_effect_redeem_anyway_categories
        words = _("Codes of %(categories)s are used even then.")
    else:
        found = [_("A code that changes nothing is used all the same.")]
        others = rules.no_effect_skip_categories
        words = _("Codes of %(categories)s are left out then.")
    if others:
        found.append(words % {"categories": named(others)})
    return found
