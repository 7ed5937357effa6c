"""Who the customer is."""

from collections.abc import Mapping

from babel import Locale
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from config.shared import localtime
from config.shared.zones import is_country
from customers.models import Adviser, CustomerKind, DataCategory
from segments.rules import expressions, passing
from segments.rules.binding import Binder
from segments.rules.fields import Choices, Field, Predicate, register
from segments.rules.tree import Condition


def _locale() -> Locale:
    return Locale.parse(translation.get_language() or "en", sep="-")


def countries() -> Mapping[str, str]:
    """ISO 3166 codes with names in the reader's language."""
    return {code: name for code, name in _locale().territories.items() if is_country(code)}


def languages() -> Mapping[str, str]:
    """ISO 639 codes with names in the reader's language."""
    return {code: name for code, name in _locale().languages.items() if len(code) == 2}


def zones() -> Mapping[str, str]:
    return {name: name for name in sorted(localtime.zone_names())}


def kinds() -> Mapping[str, str | Promise]:
    return dict(CustomerKind.choices)


def advisers() -> Mapping[str, str]:
    """Advisers by their id in the shop."""
    return dict(Adviser.objects.values_list("source_id", "name"))


_OLDEST = 200
_ADVISER = "(SELECT a.source_id FROM customers_adviser a WHERE a.id = c.adviser_id)"
_LANGUAGE = "split_part(c.language, '-', 1)"


def _language(condition: Condition, binder: Binder) -> str:
    """Languages are stored as tags: “en-GB” is English. The column stands bare, so that its
    statistics can be used.
    """
    if condition.cmp in {"empty", "not_empty"}:
        return expressions.choice(_LANGUAGE)(condition, binder)
    wanted = condition.value if isinstance(condition.value, list) else [condition.value]
    tags = binder.value([f"{language}-%" for language in wanted])
    found = expressions.sure(
        "c.language",
        f"(c.language = ANY ({binder.value(wanted)}::text[])"
        f" OR c.language LIKE ANY ({tags}::text[]))",
    )
    return found if condition.cmp in {"is", "in"} else f"NOT {found}"


def _age(condition: Condition, binder: Binder) -> str:
    """Years lived on the customer's own calendar; nobody without a year of birth has an age."""
    today = binder.day_of_period("day")
    years = (
        f"(substr({today}, 1, 4)::int - c.birth_year"
        f" - (c.month_day > (substr({today}, 6, 2) || substr({today}, 9, 2))::int)::int)"
    )
    return expressions.compared(years, condition, binder)


def _birthdays(condition: Condition, binder: Binder) -> str | None:
    """The birthdays that make the age another one than the comparison asks; 29 February turns older
    on 1 March of a common year.
    """

    def turning(age: int) -> str:
        month = f"make_date(c.birth_year + {binder.value(age)}, c.birth_month, 1)"
        day = f"LEAST({month} + c.birth_day - 1, ({month} + interval '1 month')::date)"
        return passing.reached(day, binder)

    return passing.soonest(
        *(turning(age) for age in passing.steps(condition) if 0 <= age < _OLDEST)
    )


def _choice(name: str, label: Promise, column: str, choices: Choices) -> Field:
    return Field(
        f"profile.{name}",
        label,
        "choice",
        DataCategory.PROFILE,
        expressions.choice(column),
        expressions.shown(column),
        wakes=passing.never,
        choices=choices,
    )


def _text(name: str, label: Promise, column: str, *, searched: bool = False) -> Field:
    predicate: Predicate = expressions.text(column, searched="c.search" if searched else "")
    return Field(
        f"profile.{name}",
        label,
        "text",
        DataCategory.PROFILE,
        predicate,
        expressions.shown(column),
        wakes=passing.never,
    )


def _moment(name: str, label: Promise, column: str) -> Field:
    return Field(
        f"profile.{name}",
        label,
        "datetime",
        DataCategory.PROFILE,
        expressions.moment(column),
        expressions.shown(column),
        wakes=passing.moment(column),
    )


def register_fields() -> None:
    for field in (
        _choice("country", _("country"), "c.country", countries),
        _text("region", _("region"), "c.region"),
        _text("city", _("city"), "c.city", searched=True),
        Field(
            "profile.language",
            _("language"),
            "choice",
            DataCategory.PROFILE,
            _language,
            expressions.shown(_LANGUAGE),
            wakes=passing.never,
            choices=languages,
        ),
        _choice("zone", _("time zone"), "c.zone", zones),
        _choice("kind", _("consumer or business"), "c.kind", kinds),
        _text("company", _("company"), "c.company"),
        _text("first_name", _("first name"), "c.first_name", searched=True),
        _text("last_name", _("last name"), "c.last_name", searched=True),
        _text("gender", _("gender"), "c.gender"),
        _choice("adviser", _("sales adviser"), _ADVISER, advisers),
        _moment("signed_up", _("sign-up"), "c.signed_up_at"),
        _moment("created", _("known to us since"), "c.created_at"),
        Field(
            "profile.birthday",
            _("birthday"),
            "recurring",
            DataCategory.PROFILE,
            expressions.recurring("c.month_day"),
            lambda _condition, _binder: "nullif(concat_ws('.', c.birth_day, c.birth_month), '')",
            wakes=passing.recurring("c.month_day"),
        ),
        Field(
            "profile.age",
            _("age in years"),
            "number",
            DataCategory.PROFILE,
            _age,
            lambda _condition, _binder: "c.birth_year::text",
            wakes=_birthdays,
        ),
    ):
        register(field)
