"""The links that customers get: signed, so that nobody can make one, and without anything personal.

A link carries one of our internal ids and a signature. It needs no login: whoever has the message
may use it, as with any unsubscribe link.
"""

from django.conf import settings
from django.core.signing import BadSignature, Signer

_OPT_IN = Signer(salt="customers.opt_in", sep=".")
_PREFERENCES = Signer(salt="customers.preferences", sep=".")
LONGEST_TOKEN = 120


def confirm_url(opt_in_public_id: str) -> str:
    """The page on which a consent is confirmed."""
    return f"{settings.PUBLIC_URL}/c/confirm/{_OPT_IN.sign(opt_in_public_id)}/"


def preferences_url(customer_public_id: str) -> str:
    """The page on which a customer sees and changes what they allow."""
    return f"{settings.PUBLIC_URL}/c/{_PREFERENCES.sign(customer_public_id)}/"


def unsubscribe_url(customer_public_id: str) -> str:
    """The same for mail programs: one POST withdraws the consent to e-mail."""
    return f"{preferences_url(customer_public_id)}unsubscribe"


def opt_in_of(token: str) -> str | None:
    """The public id of the pending consent behind a link; None for one that we did not make."""
    return _unsigned(_OPT_IN, token)


def customer_of(token: str) -> str | None:
    """The public id of the customer behind a link; None for one that we did not make."""
    return _unsigned(_PREFERENCES, token)


def _unsigned(signer: Signer, token: str) -> str | None:
    if len(token) > LONGEST_TOKEN:
        return None
    try:
        return signer.unsign(token)
    except BadSignature:
        return None
