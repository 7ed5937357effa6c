"""Somebody whose every trace is marked, and where to look for the marks."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import redis
from django.conf import settings
from django.db import connection
from rest_framework.test import APIClient

from config.shared import files
from config.shared.actors import SYSTEM, Actor
from config.shared.models import StoredFile
from customers.asked import AskedCustomer, AskedLine, AskedReturn
from customers.models import (
    Address,
    Adviser,
    Attribute,
    ConsentEvent,
    Customer,
    Identity,
    ImportRun,
    Interest,
    OptIn,
)
from customers.models.order import LineKind
from customers.services import exports, merging
from customers.services.returns import receive_returns
from messaging.models import OutboxMessage
from messaging.services.sending import deliver_due
from rewards.models import Redemption
from rewards.services.vouchers import create_generic_code
from tests.factories import (
    DecisionFactory,
    DeliveryFactory,
    ImportRunFactory,
    TemplateVersionFactory,
)
from tests.races.harness import redeem
from tests.rewards.makers import AT, make_key, make_personal, make_promotion

MARKS = {
    "first name": "Qxavier",
    "last name": "Wjorndottir",
    "e-mail": "qx.wj@planted.example",
    "phone": "+905559870123",
    "address": "Zyklamenweg 77",
    "second address": "Hyazinthstieg 5",
    "description": "likes-zebrafinches",
    "external id": "EXT-ID-90417",
    "device": "device-7f3a9c",
    "attribute": "attr-value-kumquat",
    "order number": "ORDER-NO-55117",
    "order metadata": "gatecode-4471",
    "gift reason": "gift-for-grandma-Ottilie",
    "cancellation": "cancelled-because-of-Ottokar",
    "return number": "RETURN-NO-8123",
    "return reason": "too-small-for-Ludmilla",
    "event id": "event-id-6612",
    "search words": "rare-zither-strings",
    "consent evidence": "evidence-form-9931",
    "consent source id": "consent-id-3317",
    "opt-in evidence": "optin-page-7781",
    "interest": "zither-music",
    "redeemed order": "REDEEMED-NO-2214",
    "redemption metadata": "basket-note-5533",
    "refused order": "REFUSED-NO-7765",
    "merged name": "Oldnameova",
    "merged e-mail": "old.name@planted.example",
    "merged external id": "EXT-ID-OLD-118",
    "rejected row": "rejected-cell-4419",
    "report": "reported-cell-2290",
}
STAYS = "Adviser Planterova"
TODAY = AT + timedelta(hours=1)


@dataclass
class Planted:
    """Whom to erase, and the marks: those above and the codes that were made."""

    customer: Customer
    marks: dict[str, str]


def plant() -> Planted:
    """Tell everything through the ways by which it comes in."""
    headers = make_key()
    customer = tell_person(headers)
    identity = customer.identities.get(external_id=MARKS["external id"])
    _trade(headers)
    _consents(headers, identity)
    codes = _codes(headers, identity)
    _message(identity)
    _merged(customer)
    _copies()
    return Planted(Customer.objects.get(pk=customer.pk), MARKS | codes)


def tell(headers, path, body):
    client = APIClient(headers=headers | {"Idempotency-Key": f"key-{path}-{len(str(body))}"})
    response = client.post(f"/v1/{path}", body, format="json")
    assert response.status_code == 200, response.content
    return response.json()


def tell_person(headers) -> Customer:
    Attribute.objects.create(
        key="fruit", name="Fruit", type="text", purpose="recipes", created_at=AT
    )
    told = tell(
        headers,
        "customers",
        {
            "source_id": MARKS["external id"],
            "name": f"{MARKS['first name']} {MARKS['last name']}",
            "email": MARKS["e-mail"],
            "phone": MARKS["phone"],
            "description": MARKS["description"],
            "address": {"line_1": MARKS["address"], "city": "Bursa", "country": "TR"},
            "metadata": {"fruit": MARKS["attribute"]},
        },
    )
    customer = Customer.objects.get(public_id=told["id"])
    customer.adviser = Adviser.objects.create(source_id="a1", name=STAYS)
    customer.save()
    Address.objects.create(customer=customer, label="work", line_1=MARKS["second address"])
    Identity.objects.create(
        customer=customer, source="web", external_id=MARKS["device"], created_at=AT
    )
    return customer


def _trade(headers) -> None:
    whose = {"source_id": MARKS["external id"]}
    tell(
        headers,
        "orders",
        {
            "source_id": MARKS["order number"],
            "status": "CANCELED",
            "currency": "GBP",
            "customer": whose,
            "items": [{"source_id": "P1", "quantity": 2, "price": 1250}],
            "metadata": {"note": MARKS["order metadata"]},
            "is_gift": True,
            "gift_reason": MARKS["gift reason"],
            "cancel_reason": MARKS["cancellation"],
        },
    )
    [outcome] = receive_returns(
        asked=[
            AskedReturn(
                source_id=MARKS["return number"],
                order_source_id=MARKS["order number"],
                customer=AskedCustomer(source_id=MARKS["external id"]),
                lines=[AskedLine(LineKind.PRODUCT, "P1", "Heart", 1, 1250, 1250)],
                reason=MARKS["return reason"],
                currency="GBP",
            )
        ],
        actor=SYSTEM,
        at=TODAY,
    )
    assert outcome.status == "created", outcome
    tell(
        headers,
        "consents",
        {
            "customer": whose,
            "data_category": "SEARCH_HISTORY",
            "action": "granted",
            "source": "checkout",
            "source_id": MARKS["consent source id"],
            "captured_at": AT.isoformat(),
            "evidence": {"form": MARKS["consent evidence"]},
        },
    )
    tell(
        headers,
        "events",
        {
            "event": "searched",
            "customer": whose,
            "source_id": MARKS["event id"],
            "metadata": {"query": MARKS["search words"]},
        },
    )


def _consents(headers, identity: Identity) -> None:
    tell(
        headers,
        "consents",
        {
            "customer": {"source_id": MARKS["external id"]},
            "channel": "email",
            "action": "granted",
            "source": "till",
            "captured_at": AT.isoformat(),
            "evidence": {"form": "paper"},
        },
    )
    OptIn.objects.create(
        identity=identity,
        channel="sms",
        source="page",
        evidence={"page": MARKS["opt-in evidence"]},
        requested_at=AT,
        expires_at=TODAY,
    )
    Interest.objects.create(
        customer=identity.customer,
        kind="category",
        topic=MARKS["interest"],
        topic_key=MARKS["interest"],
        origin="declared",
        data_category="PROFILE",
        strength=1,
        as_of=AT,
        updated_at=AT,
    )
    DecisionFactory(customer=identity.customer)


def _codes(headers, identity: Identity) -> dict[str, str]:
    """One code redeemed, one refused, one never used."""
    promotion = make_promotion()
    used, unused = (make_personal(promotion, identity, key=key) for key in ("2025", "2026"))
    create_generic_code(
        promotion=make_promotion(name="Public", holder_only=False),
        code="PUBLIC",
        redemption_limit=None,
        actor=SYSTEM,
        at=AT,
    )
    who = MARKS["external id"]
    status, _headers, body = redeem(
        headers,
        used.code,
        customer=who,
        source_id=MARKS["redeemed order"],
        metadata={"note": MARKS["redemption metadata"]},
    )
    assert status == 200, body
    redeem(headers, used.code, customer=who, source_id=MARKS["refused order"])
    redeem(headers, "PUBLIC", customer=who, source_id=f"{MARKS['redeemed order']}-2")
    Redemption.objects.filter(result="SUCCESS").update(
        metadata={"note": MARKS["redemption metadata"]}
    )
    assert Redemption.objects.count() == 3
    return {"used code": used.code, "unused code": unused.code}


def _message(identity: Identity) -> None:
    body = (
        "<mjml><mj-body><mj-section><mj-column><mj-text>"
        "Hello {{ customer.first_name }}</mj-text></mj-column></mj-section></mj-body></mjml>"
    )
    DeliveryFactory(
        identity=identity,
        template=TemplateVersionFactory(subject="Hello", body=body).template,
        source_kind="test",
        state="pending",
        not_before=AT,
        finished_at=None,
    )
    deliver_due(at=TODAY)
    assert MARKS["first name"] in OutboxMessage.objects.get().text


def _merged(customer: Customer) -> None:
    """Another record of the same person, absorbed: its contents wait for an undo."""
    absorbed = Customer.objects.create(
        first_name=MARKS["merged name"],
        email=MARKS["merged e-mail"],
        zone="Europe/Istanbul",
        created_at=AT,
        updated_at=AT,
    )
    identity = Identity.objects.create(
        customer=absorbed, external_id=MARKS["merged external id"], created_at=AT
    )
    ConsentEvent.objects.create(
        identity=identity,
        channel="sms",
        action="granted",
        source="till",
        captured_at=AT,
        received_at=AT,
        actor_kind="staff",
    )
    merging.merge(kept=customer, absorbed=absorbed, actor=SYSTEM)


def _copies() -> None:
    """An export, an error file and the report of an import that quote the person."""
    exports.request_export(
        query={},
        columns=["first_name", "last_name", "email", "phone"],
        file_format="xlsx",
        actor=Actor("staff", "1"),
        at=TODAY,
    )
    exports.work_on_exports()
    ImportRunFactory(
        name="customers.csv",
        report={"examples": [MARKS["e-mail"], MARKS["report"]]},
        detected={"headers": ["Email", MARKS["last name"]]},
        mapping={"columns": {"1": {"target": "consent", "seen": [MARKS["first name"]]}}},
        rejects=files.store(
            name="rejects.csv",
            content_type="text/csv",
            parts=[
                b'line,reason,original\r\n2,bad zone,"somebody,else@example.com"\r\n',
                f'3,bad zone,"{MARKS["e-mail"]},\n{MARKS["rejected row"]}"\r\n'.encode(),
                b"4,bad zone,and another\r\n",
            ],
        ),
    )


def places() -> Iterator[tuple[str, str]]:
    """Every row of every table, every file and everything in Redis, as (where, text)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        tables = [row[0] for row in cursor.fetchall()]
        for table in tables:
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            for (text,) in cursor.fetchall():
                yield table, text
    for file in StoredFile.objects.all():
        for text in _texts(file):
            yield f"file {file.name}", text
    yield "erasure list", _read(settings.ERASURE_LIST)
    client = redis.Redis.from_url(settings.REDIS_URL)
    for key in client.scan_iter("*"):
        yield "redis", key.decode(errors="replace")
        yield "redis", _of_redis(client, key)
    client.close()


def _texts(file: StoredFile) -> Iterator[str]:
    body = b"".join(files.read(file))
    if zipfile.is_zipfile(io.BytesIO(body)):
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            for name in archive.namelist():
                yield archive.read(name).decode(errors="replace")
    yield body.decode(errors="replace")


def _read(path) -> str:
    return path.read_text() if path.exists() else ""


def _of_redis(client, key) -> str:
    match client.type(key):
        case b"string":
            value = client.get(key)
        case b"list":
            value = client.lrange(key, 0, -1)
        case b"hash":
            value = client.hgetall(key)
        case b"set":
            value = client.smembers(key)
        case b"zset":
            value = client.zrange(key, 0, -1)
        case _:
            value = b""
    return str(value)


def found(marks: dict[str, str]) -> dict[str, set[str]]:
    """Where each mark still is; marks that are nowhere are absent."""
    where: dict[str, set[str]] = {}
    folded = {name: mark.casefold() for name, mark in marks.items()}
    for place, text in places():
        text = text.casefold()
        for name, mark in folded.items():
            if mark in text:
                where.setdefault(name, set()).add(place)
    return where


def imports_left() -> list[str]:
    """The rows of the error file."""
    [run] = ImportRun.objects.exclude(rejects=None)
    return b"".join(files.read(run.rejects)).decode().splitlines()
