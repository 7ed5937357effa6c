"""What we think a customer likes, on their own page, and what they say to that."""

from datetime import datetime
from typing import Final

from django.http import QueryDict

from customers.interest_panel import Row, rows_of
from customers.interests import interests_of
from customers.models import Customer
from customers.services.interests import AskedInterest

SHOWN: Final = 20
_SAID: Final = {"yes": True, "no": False, "forget": None}


def rows_for(customer: Customer, *, at: datetime) -> list[Row]:
    """The strongest likes and what they told us, in their language; only what we may look at."""
    known = interests_of(customer, at=at).known
    likes = [one for one in known if one.is_liked][:SHOWN]
    return rows_of([*likes, *(one for one in known if not one.is_liked)])


def said_in(posted: QueryDict) -> AskedInterest | None:
    """What a button of the page says: kind, yes, no or forget, and topic; None for no such one."""
    kind, said, topic = (*posted.get("interest", "").split(":", 2), "", "", "")[:3]
    if said not in _SAID or "\x00" in topic:
        return None
    return AskedInterest(kind, topic, _SAID[said])
