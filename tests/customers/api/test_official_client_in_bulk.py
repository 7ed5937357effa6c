"""The official Python client, unmodified, tells of many at once, over real HTTP."""

from datetime import UTC, datetime

import pytest
import voucherify

from config.shared import async_actions
from customers.models import Customer, Order, Product, Sku
from rewards.models import Voucher
from tests.rewards.makers import make_generic, make_key

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def client(live_server):
    configuration = voucherify.Configuration(host=live_server.url, api_key=dict(make_key()))
    with voucherify.ApiClient(configuration) as client:
        yield client


@pytest.fixture
def became(client):
    def ask(started):
        async_actions.work()
        action = voucherify.AsyncActionsApi(client).get_async_action(started.async_action_id)
        assert action.status == "DONE"
        return action.result

    return ask


def test_customers(client, became, tmp_path):
    api = voucherify.CustomersApi(client)
    one = voucherify.CustomersUpdateInBulkRequestBody(source_id="ann", name="Ann Lee")
    assert became(api.update_customers_in_bulk([one]))["created_count"] == 1
    same = voucherify.CustomersMetadataUpdateInBulkRequestBody(
        source_ids=["ann"], metadata={"shoe": 38}
    )
    assert became(api.update_customers_metadata_in_bulk(same))["updated_count"] == 1
    file = tmp_path / "customers.csv"
    file.write_text("source_id,name,Shoe\nbob,Bob Ray,43\n")
    assert became(api.import_customers_using_csv(file=str(file)))["created_count"] == 1
    assert Customer.objects.get(first_name="Bob").metadata == {"Shoe": "43"}
    first = api.list_customers(limit=1, starting_after=datetime(2200, 1, 1, tzinfo=UTC))
    assert (first.customers[0].source_id, first.total, first.has_more) == ("bob", 2, True)
    assert isinstance(first.customers[0].created_at, datetime)


def test_products_and_variants(client, became, tmp_path):
    api = voucherify.ProductsApi(client)
    mug = voucherify.ProductsUpdateInBulkRequestBody(source_id="mug", name="Mug", price=900)
    assert became(api.update_products_in_bulk([mug]))["created_count"] == 1
    same = voucherify.ProductsMetadataUpdateInBulkRequestBody(
        source_ids=["mug"], metadata={"shelf": "7B"}
    )
    assert became(api.update_products_metadata_in_bulk(same))["updated_count"] == 1
    file = tmp_path / "products.csv"
    file.write_text("name,source_id,price\nBowl,bowl,1200\n")
    assert became(api.import_products_using_csv(file=str(file)))["created_count"] == 1
    file.write_text("product_id,source_id,sku,price\nmug,mug-r,Red mug,990\n")
    assert became(api.import_skus_using_csv(file=str(file)))["created_count"] == 1
    assert set(Product.objects.values_list("name", "price")) == {("Mug", 900), ("Bowl", 1200)}
    assert Sku.objects.get().price == 990


def test_orders(client, became):
    order = voucherify.OrdersImportCreateRequestBodyItem.from_dict(
        {
            "source_id": "536365",
            "status": "PAID",
            "customer": {"source_id": "ann"},
            "items": [{"source_id": "mug", "quantity": 2, "price": 900}],
        }
    )
    result = became(voucherify.OrdersApi(client).import_orders([order]))
    assert result["created_count"] == 1
    assert Order.objects.get().total_amount == 1800


def test_codes(client, became, tmp_path):
    make_generic(code="MAY-ONE")
    api = voucherify.VouchersApi(client)
    one = voucherify.VouchersUpdateInBulkItemRequestBody(code="MAY-ONE", metadata={"a": 1})
    assert became(api.update_vouchers_in_bulk([one]))["updated_count"] == 1
    same = voucherify.VouchersMetadataUpdateInBulkRequestBody(codes=["MAY-ONE"], metadata={"b": 2})
    assert became(api.update_vouchers_metadata_in_bulk(same))["updated_count"] == 1
    assert Voucher.objects.get().metadata == {"a": 1, "b": 2}
    ten = voucherify.VouchersImportCreateItemRequestBody.from_dict(
        {
            "code": "TEN-OFF",
            "type": "DISCOUNT_VOUCHER",
            "discount": {"type": "AMOUNT", "amount_off": 1000},
        }
    )
    assert became(api.import_vouchers([ten]))["created_count"] == 1
    file = tmp_path / "codes.csv"
    file.write_text("Code,Value,Discount Type\nHALF-OFF,50,PERCENT\n")
    assert became(api.import_vouchers_using_csv(file=str(file)))["created_count"] == 1
    assert set(Voucher.objects.values_list("code", flat=True)) == {"MAY-ONE", "TEN-OFF", "HALF-OFF"}
