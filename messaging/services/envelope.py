"""Who a message is from, and the headers that name it."""

from email.utils import formataddr
from urllib.parse import urlsplit

from django.conf import settings

from config.shared.models import Brand
from messaging import gate
from messaging.channels.base import Outgoing
from messaging.claims import Claim
from messaging.links import unsubscribe_headers
from messaging.rendering import Rendered


def _host() -> str:
    return urlsplit(settings.PUBLIC_URL).hostname or "localhost"


def sender(brand: Brand) -> str:
    """The brand's sender, or its name with an address at our own host."""
    # A line break in a name would begin a header of its own.
    name = " ".join((brand.sender_name or brand.name).split())
    return formataddr((name, brand.sender_email or f"no-reply@{_host()}"))


def outgoing(claim: Claim, *, public_id: str, content: Rendered) -> Outgoing:
    """The message with its envelope. The same delivery always has the same Message-ID."""
    return Outgoing(
        delivery_id=claim.delivery_id,
        to_address=gate.address_of(claim),
        from_address=sender(claim.brand),
        content=content,
        headers={
            "Message-ID": f"<{public_id}@{_host()}>",
            **unsubscribe_headers(claim),
            "List-Id": f"<{claim.source_kind}-{claim.source_id}.{_host()}>",
        },
    )
