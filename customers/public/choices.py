"""What a customer sees of their consents: each channel and use of data, with the words for it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from customers.models import (
    Channel,
    ConsentState,
    ConsentText,
    Customer,
    DataCategory,
    OptIn,
)
from customers.selectors import MARKETING
from customers.services.own_consents import Subject


@dataclass(frozen=True, slots=True)
class Choice:
    """One row of the page: what is allowed now, and the text it could be agreed to with."""

    subject: Subject
    state: ConsentState | None
    offered: ConsentText | None
    waiting: OptIn | None
    at: datetime

    @property
    def key(self) -> str:
        return ":".join(self.subject)

    @property
    def allowed(self) -> bool:
        return self.state is not None and self.state.says_yes(self.at)

    @property
    def ran_out(self) -> bool:
        return self.state is not None and self.state.allowed and not self.allowed

    @property
    def agreed_text(self) -> str:
        text = self.state.event.text if self.state is not None and self.allowed else None
        return text.body if text else ""

    @property
    def name(self) -> str:
        if self.subject.channel:
            return str(Channel(self.subject.channel).label)
        return str(DataCategory(self.subject.data_category).label)


@dataclass(frozen=True, slots=True)
class Choices:
    """The rows of the page; those of channels and those of uses of data."""

    channels: Sequence[Choice]
    uses: Sequence[Choice]

    @property
    def any_allowed(self) -> bool:
        return any(one.allowed for one in [*self.channels, *self.uses])

    def find(self, key: str) -> Choice | None:
        return next((one for one in [*self.channels, *self.uses] if one.key == key), None)


def choices_of(customer: Customer, *, languages: Sequence[str], at: datetime) -> Choices:
    """What this customer may see and decide, in three statements.

    A row for e-mail always, for everything else where something was said or a text is offered.
    `languages` says whose words to show, best first.
    """
    states = {
        Subject(row.purpose, row.channel, row.data_category): row
        for row in ConsentState.objects.filter(customer=customer).select_related("event__text")
    }
    offered = _offered(languages, at)
    waiting = {
        Subject(row.purpose, row.channel, ""): row
        for row in OptIn.objects.filter(
            identity__customer=customer, confirmed_at=None, expires_at__gt=at
        )
    }
    email = Subject(MARKETING, Channel.EMAIL, "")
    rows = [
        Choice(subject, states.get(subject), offered.get(subject), waiting.get(subject), at)
        for subject in _ordered({email, *states, *offered, *waiting})
    ]
    return Choices(
        [row for row in rows if row.subject.channel],
        [row for row in rows if not row.subject.channel],
    )


def _ordered(subjects: Iterable[Subject]) -> list[Subject]:
    names = [*Channel.values, *DataCategory.values]
    return sorted(
        subjects,
        key=lambda one: (one.purpose != MARKETING, one.purpose, names.index(one[1] or one[2])),
    )


def _offered(languages: Sequence[str], at: datetime) -> dict[Subject, ConsentText]:
    """The text in force of each subject, in the best of these languages, else in any."""
    rank = {language: place for place, language in enumerate(dict.fromkeys(languages))}
    found: dict[Subject, ConsentText] = {}
    texts = ConsentText.objects.offered(at=at).order_by("id")
    for text in sorted(texts, key=lambda one: rank.get(one.locale, len(rank)), reverse=True):
        found[Subject(text.purpose, text.channel, text.data_category)] = text
    return found
