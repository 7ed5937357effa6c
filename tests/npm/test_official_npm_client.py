"""The official npm client, unmodified, against the live server; see transcript.js."""

import json
import os
import subprocess
import threading
from pathlib import Path

import pytest
from django.db import connection

from config.shared import async_actions, keys
from config.shared.actors import SYSTEM
from rewards.services import code_run_work

pytestmark = pytest.mark.django_db(transaction=True)

ORIGIN = "https://shop.example.com"
HERE = Path(__file__).parent


def made(kind, **more):
    new = keys.create_api_key(name=kind, kind=kind, actor=SYSTEM, **more)
    return {"id": new.key.app_id, "token": new.token}


@pytest.fixture
def worker():
    """Somebody who does beside the client what a worker does."""
    over = threading.Event()

    def until_it_is_over():
        try:
            while not over.wait(0.2):
                async_actions.work()
                code_run_work.work()
        finally:
            connection.close()

    working = threading.Thread(target=until_it_is_over)
    working.start()
    yield
    over.set()
    working.join()


@pytest.fixture
def seen(live_server, tmp_path, worker):
    told = {
        "url": live_server.url,
        "server": made("secret"),
        "pages": made("publishable", origins=[ORIGIN], may_redeem=True),
        "origin": ORIGIN,
        "folder": str(tmp_path),
    }
    run = subprocess.run(
        ["node", "transcript.js"],
        cwd=HERE,
        env={"PATH": os.environ["PATH"], "VESILE": json.dumps(told)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def test_what_the_npm_client_sees(seen):
    campaign = seen["campaign"]
    assert (campaign["vouchers_count"], campaign["creation_status"]) == (2, "DONE")
    assert seen["got"]["id"] == campaign["id"]
    assert [one["id"] for one in seen["campaigns"]["campaigns"]] == [campaign["id"]]
    assert seen["specific"]["code"] == "JS-POSTER"
    assert seen["random"]["code"].startswith("JS-")
    assert seen["action"]["status"] == "DONE"

    assert (seen["vouchers"]["total"], len(seen["vouchers"]["vouchers"])) == (5, 2)
    assert (seen["disabled"]["active"], seen["enabled"]["active"]) == (False, True)
    assert seen["updated"]["metadata"] == {"why": "partner"}
    assert seen["standalone"]["discount"]["amount_off"] == 1000

    assert seen["published"]["voucher"]["holder_id"] == seen["published"]["customer_id"]
    assert seen["validated"]["valid"] is True
    assert seen["validated"]["order"]["total_discount_amount"] == 153
    assert seen["unknown"]["valid"] is False
    assert seen["redeemed"]["redemptions"][0]["result"] == "SUCCESS"
    assert seen["redemption"]["order"]["total_amount"] == 1530 + 495 - 153
    assert seen["redemptions"]["total"] == 1
    assert seen["uses"]["redeemed_quantity"] == 1
    assert seen["rolled_back"]["reason"] == "changed my mind"
    assert seen["rolled_back_twice"]["key"] == "already_rolled_back"
    assert len(seen["stack"]["redemptions"]) == 2
    assert len(seen["stack_rolled_back"]["rollbacks"]) == 2

    assert seen["page_validated"]["valid"] is True
    assert seen["page_unknown"]["redeemables"][0]["result"]["error"]["key"] == "not_found"
    assert seen["page_redeemed"]["redemptions"][0]["result"] == "SUCCESS"
    assert (seen["page_refused"]["code"], seen["page_refused"]["key"]) == (404, "not_found")
    assert seen["page_event"] == "data_use_not_allowed"  # nobody agreed to it

    assert seen["customer"]["source_id"] == "js-1"
    assert seen["product"]["price"] == 900
    assert seen["order"]["status"] == "PAID"
    assert (seen["order_changed"]["status"], seen["order_got"]["status"]) == (
        "FULFILLED",
        "FULFILLED",
    )
    assert [one["source_id"] for one in seen["orders"]["orders"]] == ["o-1"]
    assert seen["customer_got"] == seen["customer_changed"]
    assert seen["customer_got"]["description"] == "Counts"
    assert [one["source_id"] for one in seen["customers"]["customers"]] == ["js-1"]

    assert (seen["product_changed"]["price"], seen["product_changed"]["name"]) == (950, "Mug")
    assert (seen["sku"]["price"], seen["sku"]["product_id"]) == (990, seen["product"]["id"])
    assert seen["sku_got"] == seen["sku_changed"]
    assert [one["price"] for one in seen["skus"]["skus"]] == [980]
    assert seen["sku_gone"]["key"] == seen["product_gone"]["key"] == "not_found"

    assert (seen["event"]["object"], seen["event"]["type"]) == ("event", "review")
    assert seen["publications"]["total"] == 1
    assert seen["actions"]["async_actions"][0]["id"] == seen["imported"]["async_action_id"]
    assert seen["many"]["async_action_id"]
    assert seen["campaign_changed"]["description"] == "For all"
    assert (seen["switched_off"]["active"], seen["switched_on"]["active"]) == (False, True)

    assert (seen["old_validated"]["valid"], seen["old_validated"]["code"]) == (True, "JS-POSTER")
    assert seen["old_unknown"]["error"]["key"] == "not_found"
    assert seen["old_redeemed"]["voucher"]["code"] == "JS-POSTER"
    assert seen["old_refused"]["code"] == 404
    assert seen["old_rolled_back"]["tracking_id"] == "till-4"
    assert seen["page_old_validated"]["order"]["total_discount_amount"] == 153
    assert seen["page_old_amount"]["order"]["total_amount"] == 1800
    assert seen["page_old_unknown"]["valid"] is False
    assert seen["page_old_redeemed"]["result"] == "SUCCESS"

    rejected = seen["bulk_customers"]["result"]
    assert (rejected["created_count"], [one["index"] for one in rejected["errors"]]) == (1, [1])
    assert seen["bulk_customer_metadata"]["result"]["updated_count"] == 2
    for name in ("customer_file", "product_file", "sku_file", "imported_orders"):
        assert seen[name]["result"]["created_count"] == 1, seen[name]
    for name in ("imported_codes", "code_file"):
        assert seen[name]["result"]["created_count"] == 1, seen[name]
    for name in ("bulk_products", "bulk_product_metadata", "bulk_codes"):
        assert seen[name]["result"]["updated_count"] == 1, seen[name]
    assert seen["bulk_code_metadata"]["result"]["updated_count"] == 2
    assert seen["campaign_file"]["result"] == {"created_count": 2, "skipped_count": 0}
    assert seen["scrolled"] == seen["scrolled_up"][::-1]
    assert sorted(seen["scrolled"]) == ["17850", "js-1", "js-3", "js-5"]

    assert seen["customer_gone"]["key"] == "customer_not_found"
    assert seen["forgotten"]["status"] == "DONE"
    assert seen["gone"]["key"] == seen["deleted"]["key"] == "not_found"
