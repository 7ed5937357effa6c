"""Filters and tags of our templates: money, moments, names of countries, labels."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from django import template
from django.http import HttpRequest
from django.utils import formats, timezone, translation
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from config.shared import clock
from config.shared.money import format_money

register = template.Library()

MOMENT = "j M Y, H:i"
DAY = "j M Y"
EMPTY = "–"


@register.filter
def capital(text: object) -> str:
    """The text with a capital at its start; in Turkish that of i is İ."""
    written = str(text)
    if written[:1] == "i" and (translation.get_language() or "").startswith("tr"):
        return f"İ{written[1:]}"
    return written[:1].upper() + written[1:]


@register.filter
def money(amount: int | None, currency: str) -> str:
    """Minor units as people of the active language write them; nothing is a dash."""
    if amount is None or not currency:
        return EMPTY
    return format_money(amount, currency, translation.get_language() or "en")


@register.filter
def moment(value: datetime | None) -> str:
    """A date and time in the zone of the page, with the whole story on hover."""
    if value is None:
        return EMPTY
    local = timezone.localtime(value)
    return format_html(
        '<time class="v-nowrap" datetime="{}">{}</time>',
        value.astimezone(UTC).isoformat(),
        formats.date_format(local, MOMENT),
    )


@register.filter
def moment_in(value: datetime | None, zone: str) -> str:
    """A date and time on the clock of `zone`."""
    if value is None:
        return EMPTY
    return formats.date_format(value.astimezone(ZoneInfo(zone)), MOMENT)


@register.filter
def day(value: date | datetime | None) -> str:
    if value is None:
        return EMPTY
    if isinstance(value, datetime):
        value = timezone.localtime(value)
    return formats.date_format(value, DAY)


@register.filter
def short_day(value: date) -> str:
    """A day for the axis of a chart: “3 Mar”."""
    return formats.date_format(value, "j M")


@register.filter
def number(value: float | None) -> str:
    """A number with the thousands separated as the language does."""
    if value is None:
        return EMPTY
    return formats.number_format(value, use_l10n=True, force_grouping=True)


def locale() -> Locale:
    """Babel's locale for the active language."""
    try:
        return Locale.parse((translation.get_language() or "en").replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale("en")


@register.filter
def country(code: str) -> str:
    """The name of a country in the active language; its code where it has none."""
    if not code:
        return EMPTY
    return str(locale().territories.get(code.upper(), code))


@register.filter
def language_name(code: str) -> str:
    if not code:
        return EMPTY
    return str(locale().languages.get(code.split("-")[0].lower(), code))


@register.filter
def zone_name(zone: str) -> str:
    """A time zone as people read it: “Europe/Istanbul” without the underscores."""
    return zone.replace("_", " ")


@register.simple_tag
def now_in(zone: str) -> str:
    """What the clock says in `zone` right now."""
    return formats.date_format(clock.now().astimezone(ZoneInfo(zone)), "H:i, l")


LABELS = {"good": "success", "bad": "danger", "wait": "warning", "plain": "plain", "info": "info"}
ICONS = {"good": "check", "bad": "close", "wait": "schedule"}


@register.simple_tag
def label(text: Any, tone: str = "plain", icon: bool = True) -> SafeString:
    """A small coloured label; the text and an icon carry the meaning, the colour only helps."""
    mark = ICONS.get(tone, "") if icon else ""
    return format_html(
        '<span class="v-label v-label-{}">{}{}</span>',
        tone if tone in LABELS else "plain",
        format_html('<span class="material-symbols-outlined" aria-hidden="true">{}</span>', mark)
        if mark
        else "",
        conditional_escape(text),
    )


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: Any) -> str:
    """The address of this page with some parameters changed; an empty value removes one."""
    request: HttpRequest = context["request"]
    params = request.GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            params.pop(name, None)
        else:
            params[name] = value
    return f"?{params.urlencode()}" if params else request.path


@register.simple_tag
def a11y_names() -> dict[str, str]:
    """Names for controls of the theme that show nothing but an icon, by the icon's name."""
    return {
        "navigation": _("Main navigation"),
        "tabs": _("Parts of this page"),
        "search": _("Search"),
        "close": _("Close"),
        "dock_to_right": _("Show or hide the navigation"),
        "more_horiz": _("More actions"),
        "more_vert": _("Related objects"),
        "theme": _("Light or dark"),
        "add": _("Add"),
        "arrow_back": _("Go back"),
        "filter_list": _("Filters"),
        "delete": _("Delete"),
        "edit": _("Edit"),
        "visibility": _("View"),
        "expand_more": _("Show details"),
        "chevron_right": _("Open"),
        "unfold_more": _("Your account"),
        "account_circle": _("Your account"),
        "light_mode": _("Light"),
        "dark_mode": _("Dark"),
        "computer": _("As the system"),
        "redeem": _("Dashboard"),
    }
