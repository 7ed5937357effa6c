"""A day of a shop in which it makes every call of the API once, in an order in which each works."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from config.shared import async_actions, keys
from config.shared.actors import SYSTEM
from config.shared.models import Project
from rewards.services.code_run_work import work
from tests.rewards.makers import make_key

SHOP = "https://shop.example.com"
CODE = "BDAY-7K2M-9QXD-4TRE"
NAMES = {
    "customer_id": "17850",
    "order_id": "536365",
    "product_id": "85123A",
    "sku_id": "85123A-RED",
    "campaign": "Spring 2026",
    "code": CODE,
    "session_key": "cart-4711",
}
EXAMPLE = object()
"""The request that the description of the call shows."""


@dataclass
class Call:
    """What was asked and answered; `request` None where the call has no body."""

    operation: str
    method: str
    path: str
    status: int
    request: Any
    answer: Any


@dataclass
class Day:
    """Makes calls by their operation, and keeps what came of them."""

    description: dict[str, Any]
    calls: list[Call] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=lambda: dict(NAMES))

    def __post_init__(self) -> None:
        Project.objects.update(currency="GBP", zone="Europe/London", name="Robin & Wren")
        pages = keys.create_api_key(
            name="pages", kind="publishable", origins=[SHOP], may_redeem=True, actor=SYSTEM
        )
        manager = keys.create_api_key(name="set-up", kind="management", actor=SYSTEM)
        self.clients = {
            "/v1/": APIClient(headers=make_key()),
            "/client/v1/": APIClient(
                headers={
                    "X-Client-Application-Id": pages.key.app_id,
                    "X-Client-Token": pages.token,
                    "Origin": SHOP,
                }
            ),
            "/management/v1/": APIClient(
                headers={
                    "X-Management-Id": manager.key.app_id,
                    "X-Management-Token": manager.token,
                }
            ),
        }
        self.known = {
            operation["operationId"]: (method, path, operation)
            for path, methods in self.description["paths"].items()
            for method, operation in methods.items()
        }

    def __call__(self, operation: str, body: Any = None, **names: str) -> Any:
        """Make the call; names go into the address, those that are not part of it behind it."""
        method, path, described = self.known[operation]
        if body is EXAMPLE:
            content = described["requestBody"]["content"]["application/json"]
            body = next(iter(content["examples"].values()))["value"]
        in_path = set(re.findall(r"{(\w+)}", path))
        address = path.format(**self.names | names)
        rest = {name: value for name, value in names.items() if name not in in_path}
        client = self.clients[next(start for start in self.clients if path.startswith(start))]
        if method == "get":
            response = client.get(address, rest)
        elif isinstance(body, SimpleUploadedFile):
            response = client.post(address, {"file": body}, format="multipart")
            body.seek(0)
            body = {"file": body.read().decode()}
        else:
            query = "?" + "&".join(f"{name}={value}" for name, value in rest.items())
            response = getattr(client, method)(address + query * bool(rest), body, format="json")
        content = b"".join(response) if response.streaming else response.content
        answer = json.loads(content) if content else None
        assert response.status_code < 300, (operation, answer)
        self.calls.append(Call(operation, method, path, response.status_code, body, answer))
        return answer


def live(day: Day) -> None:
    """The day."""
    _goods(day)
    _people(day)
    _trade(day)
    _segments(day)
    _lists(day)
    _offers(day)
    _redemptions(day)
    _pages(day)
    _ends(day)
    _management(day)


def _file(text: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("told.csv", text.encode(), "text/csv")


def _goods(day: Day) -> None:
    day("create_product", EXAMPLE)
    day("update_product", {"price": 275})
    day("create_sku", EXAMPLE)
    day("update_sku", EXAMPLE)
    day("get_sku")
    day("list_skus")
    day("get_product")
    day("batch_products", EXAMPLE)
    day("update_products_in_bulk", [{"source_id": "22423", "name": "Cake stand", "price": 1275}])
    day("update_products_metadata_in_bulk", EXAMPLE)
    day(
        "import_products_using_csv",
        _file("source_id,name,price,Shelf\n22727,Alarm clock,375,7B\n"),
    )
    day(
        "import_skus_using_csv",
        _file('source_id,product_id,sku,price,attributes\n22727-R,22727,Red,395,"{""c"":""r""}"\n'),
    )
    day("list_products")


def _people(day: Day) -> None:
    day("create_customer", EXAMPLE)
    day("update_customer", {"language": "en", "metadata": {"dogs": 3}})
    day("link_identity", {"source": "device", "external_id": "till-7-card-2204"})
    day("batch_customers", EXAMPLE)
    day("update_customers_in_bulk", [{"source_id": "13047", "name": "Ada Lovelace"}])
    day("update_customers_metadata_in_bulk", EXAMPLE)
    day(
        "import_customers_using_csv",
        _file("source_id,name,email,address_city\n13050,Jo Hill,jo@example.com,Leeds\n"),
    )
    async_actions.work()
    day("get_customer")
    day("list_customers", limit="1")
    day("record_consent", EXAMPLE)
    day(
        "create_customer_consent",
        {"channel": "email", "action": "granted", "source": "account", "source_id": "consent-10"},
    )
    day("batch_consents", EXAMPLE)
    day("list_customer_consents")
    day("update_customer_interests", EXAMPLE)
    day("get_customer_interests")


def _trade(day: Day) -> None:
    day("create_order", EXAMPLE)
    day("update_order", {"status": "FULFILLED"})
    day("batch_orders", EXAMPLE)
    day(
        "import_orders",
        [
            {
                "source_id": "536366",
                "status": "PAID",
                "created_at": "2026-04-01T12:00:00Z",
                "customer": {"source_id": "13047"},
                "items": [{"source_id": "22423", "quantity": 1, "price": 1275}],
            }
        ],
    )
    day("get_order")
    day("list_orders")
    day("create_return", EXAMPLE)
    day("batch_returns", EXAMPLE)
    day("list_returns", customer="17850")
    day("get_return", return_id="R-536365-1")
    day("track_event", EXAMPLE)
    day("batch_events", EXAMPLE)
    day("client_track_event", {"event": "review", "customer": {"source_id": "17850"}})


def _segments(day: Day) -> None:
    made = day("create_segment", EXAMPLE)
    day.names["segment_id"] = made["id"]
    day("update_segment", {"name": "Dog lovers in Smyrna"})
    day("get_segment")
    day("list_segments")
    day("list_segment_fields")
    day("count_segment", EXAMPLE)
    day("check_customer", {"customer": "17850"})
    day("list_segment_customers")


def _lists(day: Day) -> None:
    made = day("create_list", EXAMPLE)
    day.names["list_id"] = made["id"]
    day("update_list", EXAMPLE)
    day("get_list")
    day("list_lists")
    day("add_list_customers", EXAMPLE)
    day("list_list_customers")
    day("remove_list_customers", EXAMPLE)
    day("delete_list")


def _offers(day: Day) -> None:
    day("create_campaign", EXAMPLE)
    day("update_campaign", EXAMPLE)
    day("get_campaign")
    day("list_campaigns")
    day("disable_campaign")
    day("enable_campaign")
    day("add_voucher_to_campaign", {"code_config": {"prefix": "VIP-", "length": 12}})
    day("add_specific_voucher_to_campaign", EXAMPLE)
    day(
        "import_vouchers_to_campaign",
        [{"code": "PARTNER-0001", "redemption": {"quantity": 5}}, {"code": "PARTNER-0002"}],
    )
    file = _file("code\nCARD-0001\nCARD-0002\n")
    begun = day("import_vouchers_to_campaign_using_csv", file)
    work()
    day("get_async_action", action_id=begun["async_action_id"])
    day("list_async_actions")
    day("create_voucher", EXAMPLE, code="TEN-OFF")
    day("create_random_voucher", EXAMPLE)
    day(
        "import_vouchers",
        [{"code": "FIVE-OFF", "discount": {"type": "AMOUNT", "amount_off": 500}}],
    )
    day(
        "import_vouchers_using_csv",
        _file("Code,Discount Type,Value,Redemption Limit\nHALF-OFF,PERCENT,50,1\n"),
    )
    day("update_vouchers_in_bulk", [{"code": "TEN-OFF", "metadata": {"printed": "May"}}])
    day("update_vouchers_metadata_in_bulk", EXAMPLE)
    async_actions.work()
    day("get_voucher", code="TEN-OFF")
    day("update_voucher", EXAMPLE, code="TEN-OFF")
    day("disable_voucher", code="TEN-OFF")
    day("enable_voucher", code="TEN-OFF")
    day("list_vouchers", campaign="Spring 2026", limit="2")
    day("create_publication", EXAMPLE)
    day(
        "create_publication_by_address",
        **{
            "campaign[name]": "Spring 2026",
            "customer[source_id]": "17850",
            "source_id": "thanks-for-536366",
        },
    )
    day("list_publications", customer="17850")


def _redemptions(day: Day) -> None:
    day("validate", EXAMPLE)
    day("validate_voucher", EXAMPLE)
    held = day.calls[-2].request | {"session": {"type": "LOCK", "key": "cart-4711"}}
    day("validate", held)
    day("release_session")
    made = day("redeem", EXAMPLE)
    day("get_redemption", redemption_id=made["redemptions"][0]["id"])
    day("list_redemptions")
    day("list_redemptions_of_voucher")
    back = {"source_id": "R-1", "items": [{"source_id": "85123A", "quantity": 2}]}
    day("return_items", back, redemption_id=made["redemptions"][0]["id"])
    day("roll_back", {"reason": "cancelled"}, redemption_id=made["redemptions"][0]["id"])
    day("redeem_voucher", EXAMPLE)
    both = day.calls[-1].request | {
        "redeemables": [{"object": "voucher", "id": code} for code in (CODE, "TEN-OFF")]
    }
    stack = day("redeem", both)
    parent = stack["parent_redemption"]["id"]
    day("roll_back_stack", {"reason": "cancelled"}, redemption_id=parent)


def _pages(day: Day) -> None:
    day("client_validate", EXAMPLE)
    day(
        "client_validate_voucher",
        code="TEN-OFF",
        **{
            "item[0][source_id]": "85123A",
            "item[0][quantity]": "6",
            "item[0][price]": "1255",
            "order[metadata][currency]": "GBP",
        },
    )
    day("client_redeem", EXAMPLE)
    day("client_redeem_voucher", EXAMPLE, code=CODE)
    day("client_list_promotion_tiers")


def _ends(day: Day) -> None:
    day("get_customer_record")
    day("create_customer", {"source_id": "gone-1"})
    day("delete_customer", customer_id="gone-1")
    day("create_customer", {"source_id": "gone-2"})
    day("permanently_delete_customer", customer_id="gone-2")
    day("delete_voucher", code="PARTNER-0002")
    day("delete_sku")
    day("create_product", {"source_id": "sample"})
    day("delete_product", product_id="sample")
    day("delete_campaign")
    day("delete_segment")


def _management(day: Day) -> None:
    made = day(
        "create_key",
        {
            "name": "till",
            "kind": "restricted",
            "scopes": ["validations:write", "redemptions:write"],
        },
    )
    day.names["app_id"] = made["id"]
    day("list_keys")
    day("get_key")
    day("rotate_key", {"overlap_hours": 24})
    day("revoke_key")
    day("get_project")
