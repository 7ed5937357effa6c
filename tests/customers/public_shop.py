"""What the tests of the public pages share: a person, the words in force, a browser."""

from datetime import timedelta
from urllib.parse import urlsplit

from django.test import Client

from customers import links
from customers.models import ConsentText, Customer, Identity
from tests.factories import NOON, IdentityFactory

BODY = "Yes, Kelebek may send me offers by e-mail."


def text(body: str = BODY, **more) -> ConsentText:
    told = {"channel": "email", "locale": "en", "origin": "here", **more}
    return ConsentText.objects.create(
        body=body, sha256="0" * 64, published_at=NOON - timedelta(days=1), **told
    )


def person(**of_customer) -> Identity:
    return IdentityFactory(
        **{f"customer__{k}": v for k, v in {"language": "en", **of_customer}.items()}
    )


def path(url: str) -> str:
    return urlsplit(url).path


def page_of(customer: Customer) -> str:
    return path(links.preferences_url(customer.public_id))


def browser() -> Client:
    """With CSRF checks, as a real browser meets them."""
    return Client(enforce_csrf_checks=True)
