"""Who acts: a colleague, a program with a key, the system itself, or the customer."""

from dataclasses import dataclass

from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Actor:
    """`kind` is staff, api_key, system or customer; `id` is that one's id, never a name."""

    kind: str
    id: str = ""


SYSTEM = Actor("system")


def staff(request: HttpRequest) -> Actor:
    """The signed-in colleague behind an admin request."""
    return Actor("staff", str(request.user.pk))


def api_key(key_id: int) -> Actor:
    return Actor("api_key", str(key_id))
