"""Customers as contents of a file: what a mapping of them needs, and what is proposed."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from config.shared.text import fold
from customers import values
from customers.models import Channel
from customers.models.customer import DEFAULT_SOURCE
from customers.values import UnusableValue

from .consent_columns import MEANINGS, NO, YES
from .contents import IGNORED, Columns
from .problems import Text
from .systems import header_key

KEY: Final = "customers"
COUNTS: Final = (
    ("created", _("created")),
    ("changed", _("changed")),
    ("unchanged", _("unchanged")),
    ("repeated", _("repeated in the file")),
    ("not_wanted", _("left out, as only new or only known customers were wanted")),
    ("consents", _("consents recorded")),
    ("withdrawals", _("withdrawals recorded")),
    ("kept_withdrawn", _("consents of people who withdrew or refused, not recorded")),
    ("kept_suppressed", _("consents of suppressed addresses, not recorded")),
    ("kept_young", _("consents of people under the age of consent, not recorded")),
)

# Ids of systems that are the shop itself are what the shop sends over the API as well.
_SOURCES: Final = {"mailchimp": "mailchimp", "klaviyo": "klaviyo", "ghost": "ghost"}
_WORDS_SEEN: Final = 20
# What these systems write, also where a file happens to have no rows with it.
_WORDS: Final[dict[str, tuple[Sequence[str], Sequence[str]]]] = {
    "shopify": (["yes"], ["no"]),
    "ghost": (["true"], ["false"]),
    "klaviyo": (["subscribed"], ["unsubscribed"]),
}


_TIMES: Final = {
    "optin time": "granted_at",
    "unsub time": "withdrawn_at",
    "clean time": "withdrawn_at",
}
# Headings under which yes means no.
_IS_DENIAL: Final = re.compile(
    r"\b(opt(ed)? ?out|optout|unsub\w*|do not|dont|no (e ?mails?|sms|marketing)|suppressed"
    r"|ret|iptal|istemiyor|cikmis)\b"
)


def missing(columns: Columns, options: Mapping[str, Any]) -> list[Text]:
    """What the mapping lacks, as sentences; nothing where it can be checked."""
    found: list[Text] = []
    targets = [str(how.get("target", IGNORED)) for how in columns.values()]
    recognising = set(options.get("identify_by") or ())
    if "second_phone" in targets and "phone" not in targets:
        targets.append("phone")
    if not recognising.intersection(targets):
        found.append(
            _("No column tells who a row is about: map an e-mail address, an id or a phone number.")
        )
    if options.get("mode") != "update" and not {"email", "phone", "external_id"} & set(targets):
        found.append(_("New customers need an e-mail address, an id or a phone number."))
    for number, how in sorted(columns.items(), key=lambda item: int(item[0])):
        place = int(number) + 1
        if how.get("target") == "external_id" and not _is_source(how.get("source")):
            found.append(
                _("Column %(place)s: name the system the id is from, in small letters.")
                % {"place": place}
            )
        if how.get("target") == "consent":
            found.extend(_missing_of_consent(how, place))
    return found


def _is_source(told: Any) -> bool:
    try:
        return bool(values.source(str(told or "")) == told)
    except UnusableValue:
        return False


def _missing_of_consent(how: Mapping[str, Any], place: int) -> Iterable[Text]:
    if not how.get("decided"):
        yield (
            _("Column %(place)s is about consent: decide what it means, or do not import it.")
            % {"place": place}
        )
        return
    if how.get("channel") not in Channel.values:
        yield _("Column %(place)s: say which channel the consent is for.") % {"place": place}
    if how.get("meaning") not in MEANINGS:
        yield _("Column %(place)s: say how the consent is written.") % {"place": place}
    if how.get("meaning") == "words" and not (how.get("yes") or how.get("no")):
        yield _("Column %(place)s: say which words mean yes and which no.") % {"place": place}
    both = {fold(word) for word in how.get("yes", ())} & {fold(word) for word in how.get("no", ())}
    if both:
        yield _("Column %(place)s: the same word means yes and no.") % {"place": place}
    if not str(how.get("evidence", "")).strip() and how.get("meaning") != "withdrawn_at":
        yield (
            _("Column %(place)s: say what proves the consent, for instance the form and its text.")
            % {"place": place}
        )


def seems(keys: Sequence[str]) -> float:
    """0 to 1: a list of customers names people and how to reach them, and no orders."""
    found = set(keys)
    if found & {"lineitem name", "order id", "order number", "order total", "invoiceno"}:
        return 0.0
    contact = any(
        word in key.split() for key in found for word in ("email", "e", "mail", "eposta", "phone")
    )
    person = bool(
        found & {"first name", "last name", "name", "full name", "ad", "soyad", "ad soyad"}
    )
    return 0.5 * contact + 0.3 * person + (0.2 if "subscribed to emails" in found else 0.0)


def propose(
    *,
    columns: dict[str, dict[str, Any]],
    headers: Sequence[str],
    samples: Sequence[Sequence[str]],
    system: str,
) -> dict[str, dict[str, Any]]:
    """Sources of ids, and what consent columns seem to say; nothing is decided about those."""
    keys = [header_key(header) for header in headers]
    for number, how in columns.items():
        if how["target"] == "external_id":
            if keys[int(number)] == "leid":  # counts within one list only; EUID names the person
                columns[number] = {"target": IGNORED, "why": ""}
            else:
                how["source"] = _SOURCES.get(system, DEFAULT_SOURCE)
        elif how["target"] == "tags":
            how["key"] = "tags"
        elif how["target"] == "consent":
            how |= _consent(int(number), keys, samples, system)
    return columns


def _consent(
    number: int, keys: Sequence[str], samples: Sequence[Sequence[str]], system: str
) -> dict[str, Any]:
    name = keys[number]
    written = sorted({row[number].strip() for row in samples if len(row) > number} - {""})
    words = {fold(word) for word in written}
    meaning = _TIMES.get(name, "words")
    yes, no = _WORDS.get(system, ((), ()))
    if meaning == "words":
        yes = [*yes, *(word for word in YES if fold(word) in words and word not in yes)]
        no = [*no, *(word for word in NO if fold(word) in words and word not in no)]
        if _IS_DENIAL.search(name):
            yes, no = no, yes
    else:
        yes, no = [], []
    return {
        "channel": str(Channel.SMS if "sms" in name.split() else Channel.EMAIL),
        "meaning": meaning,
        "yes": yes,
        "no": no,
        "seen": written[:_WORDS_SEEN] if meaning == "words" else [],
        "date_column": _date_column(name, keys),
        "source": system or "file",
        "evidence": "",
        "decided": False,
    }


def _date_column(name: str, keys: Sequence[str]) -> int | None:
    """The column that holds the moment of this consent."""
    wanted = {"optin time": "confirm time"}.get(name, f"{name} timestamp")
    for candidate in (wanted, "consent date", "izin tarihi"):
        if candidate in keys:
            return keys.index(candidate)
    return None
