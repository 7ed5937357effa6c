"""The tab “Consents” of the customer page: what holds now, what happened, what to record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from config.shared.actors import Actor
from config.shared.screens.history import names_of
from config.shared.screens.pages import Page, keyset_page
from customers import asking
from customers.asking import Standing, standings_of
from customers.models import Channel, ConsentEvent, ConsentText, DataCategory
from customers.panels import Asking
from customers.services.file_consents import UPLOADER
from customers.services.own_consents import Subject

WHY_NOT: Final[dict[str, str | Promise]] = {
    asking.RESTRICTED: _("no: processing is restricted"),
    asking.SUPPRESSED: _("no: the address is on the suppression list"),
    asking.UNDER_AGE: _("no: under the age of consent"),
    asking.ALLOWED: _("no need"),
    asking.PENDING: _("no: was asked, not confirmed yet"),
    asking.REFUSED: _("no: refused within 180 days"),
}
PROOFS: Final[dict[str, str | Promise]] = {
    "note": _("note"),
    "guardian": _("guardian"),
    "network": _("network"),
    "user_agent": _("browser"),
    "order": _("order"),
    "page": _("page"),
    "asked_at": _("asked at"),
    "file": _("file"),
    UPLOADER: _("uploaded by"),
    "sha256": _("fingerprint of the file"),
}
_OF_A_FILE: Final = ("import", "line", "column", "heading")
_FINGERPRINT_SHOWN: Final = 12  # characters
_NAMED: Final = ("staff", "api_key")


@dataclass(frozen=True, slots=True)
class Row:
    """One consent as the tab shows it."""

    standing: Standing
    name: str
    why_not: str
    evidence: Sequence[tuple[str, str]]

    @property
    def key(self) -> str:
        return key_of(self.standing.subject)


def key_of(subject: Subject) -> str:
    return ":".join(subject)


def subject_of(key: str) -> Subject | None:
    """What a form or an address means by a key; None for nonsense."""
    parts = key.split(":")
    if len(parts) != 3 or bool(parts[1]) == bool(parts[2]) or not 1 <= len(parts[0]) <= 40:
        return None
    known = parts[1] in Channel.values or parts[2] in DataCategory.values
    return Subject(*parts) if known else None


def name_of(channel: str, data_category: str) -> str:
    return str(Channel(channel).label if channel else DataCategory(data_category).label)


Names = Mapping[tuple[str, str], str]
"""What to call colleagues and keys, by kind and id."""


def evidence_of(event: ConsentEvent | None, names: Names) -> list[tuple[str, str]]:
    """What was kept as proof, in words where we know the name; what we know of first."""
    proof: dict[str, Any] = dict(event.proof) if event else {}
    if all(name in proof for name in (*_OF_A_FILE, "file")):
        where = {name: proof.pop(name) for name in _OF_A_FILE}
        proof["file"] = gettext(
            "%(file)s, row %(line)s, column %(column)s “%(heading)s” (import no. %(import)s)"
        ) % {**where, "file": proof["file"]}
    order = [*PROOFS]
    known = sorted((name for name in proof if name in PROOFS), key=order.index)
    others = sorted(name for name in proof if name not in PROOFS)
    return [
        (str(PROOFS.get(name, name)), _told(name, proof[name], names)) for name in [*known, *others]
    ]


def _told(name: str, value: Any, names: Names) -> str:
    if name == UPLOADER:
        kind, _colon, key = str(value).partition(":")
        return names[kind, key] if kind in _NAMED else str(value)
    if name == "sha256" and len(str(value)) > _FINGERPRINT_SHOWN:
        return f"{str(value)[:_FINGERPRINT_SHOWN]}…"
    return str(value)


def _names(events: Sequence[ConsentEvent | None]) -> Names:
    """Of everybody who recorded one of these, or brought the file that tells of it."""
    known = [event for event in events if event is not None]
    acted = [Actor(event.actor_kind, event.actor_id) for event in known]
    brought = [
        Actor(*str(event.proof[UPLOADER]).split(":", 1))
        for event in known
        if UPLOADER in event.proof
    ]
    return names_of([*acted, *brought])


def consents(asked: Asking) -> Mapping[str, Any]:
    """States, then a page of events, newest first; `?about=` shows those of one consent."""
    about = subject_of(asked.params.get("about", ""))
    events = ConsentEvent.objects.filter(identity__customer=asked.customer).select_related("text")
    if about:
        purpose, channel, category = about
        events = events.filter(purpose=purpose, channel=channel, data_category=category)
    page: Page[ConsentEvent] = keyset_page(events, before=asked.before, size=20)
    may_record = asked.user.has_perm("customers.add_consentevent")
    standings = standings_of(asked.customer, at=asked.at)
    names = _names([*page.rows, *(one.state.event for one in standings if one.state)])
    return {
        "rows": [_row(one, names) for one in standings],
        "events": [
            (event, names[event.actor_kind, event.actor_id], evidence_of(event, names))
            for event in page.rows
        ],
        "page": page,
        "about": key_of(about) if about else "",
        "about_name": name_of(about.channel, about.data_category) if about else "",
        "may_record": may_record,
        "texts": _texts(asked) if may_record else [],
        "now": asked.at,
    }


def _row(one: Standing, names: Names) -> Row:
    event = one.state.event if one.state else None
    return Row(
        one,
        name_of(one.subject.channel, one.subject.data_category),
        str(WHY_NOT.get(one.reason, "")),
        evidence_of(event, names),
    )


def _texts(asked: Asking) -> list[ConsentText]:
    return list(ConsentText.objects.offered(at=asked.at).order_by("purpose", "id"))
