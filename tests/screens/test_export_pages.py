"""Asking for a list, watching it, having the file; nobody sees another's."""

import pytest
from django.urls import reverse

from customers.models import Attribute, ExportRun
from customers.services import exports
from tests import factories as make

ASK = "admin:customers_exportrun_ask"
LIST = "admin:customers_exportrun_changelist"


def words_of(response):
    return " ".join(response.content.decode().split())


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?country=IE",
        "?country=-",
        "?may_email=no",
        "?birthday=this-month",
        "?q=aoife",
        "?kind=consumer",
        "?kind=business",
        "?spent=100",
        "?last_order=never",
        "?last_order=within-30",
    ],
)
def test_an_export_holds_what_the_list_shows(world, as_role, query):
    make.CustomerFactory(country="", birth_month=None)
    client = as_role("administrator")
    listed = client.get(reverse("admin:customers_customer_changelist") + query).context["cl"]

    client.post(reverse(ASK) + query, {"columns": ["city"], "format": "csv"})
    exports.work_on_exports()

    assert ExportRun.objects.get().rows_done == len(listed.result_list)


def test_a_filter_on_an_attribute_counts_too(world, as_role):
    attribute = Attribute.objects.create(
        key="vip", name="VIP", type="boolean", purpose="p", created_at=make.NOON
    )
    make.CustomerFactory(metadata={"vip": True})

    as_role("administrator").post(
        f"{reverse(ASK)}?attribute_{attribute.pk}=0", {"columns": [], "format": "csv"}
    )
    exports.work_on_exports()

    assert ExportRun.objects.get().rows_done == 1


def test_from_the_list_to_the_file(world, as_role):
    client = as_role("administrator")
    page = words_of(client.get(reverse("admin:customers_customer_changelist") + "?country=IE"))
    assert f"{reverse(ASK)}?country=IE" in page
    form = words_of(client.get(reverse(ASK) + "?country=IE"))
    assert "As the list was searched and filtered." in form

    after = client.post(
        reverse(ASK) + "?country=IE", {"columns": ["email"], "format": "csv"}, follow=True
    )
    assert "waiting" in words_of(after)
    assert "every 3s" in words_of(after)
    exports.work_on_exports()
    run = ExportRun.objects.get()
    assert "every 3s" not in words_of(client.get(reverse(LIST)))

    file = client.get(reverse("admin:customers_exportrun_file", args=[run.pk]))
    assert world.customer.email in b"".join(file.streaming_content).decode()


def test_stopping(world, as_role):
    client = as_role("administrator")
    client.post(reverse(ASK), {"columns": [], "format": "xlsx"})
    run = ExportRun.objects.get()

    client.post(reverse("admin:customers_exportrun_stop", args=[run.pk]))

    run.refresh_from_db()
    assert run.state == "cancelled"
    gone = client.get(reverse("admin:customers_exportrun_file", args=[run.pk]), follow=True)
    assert "The file is not there" in words_of(gone)


@pytest.mark.parametrize("role", ["marketer", "support"])
def test_who_may_not_export_sees_no_way_to(world, as_role, role):
    client = as_role(role)
    assert reverse(ASK) not in words_of(client.get(reverse("admin:customers_customer_changelist")))
    for name in (ASK, LIST):
        assert client.get(reverse(name)).status_code == 403
        assert client.post(reverse(name)).status_code == 403


def test_an_export_of_another_colleague_is_not_there(world, as_role):
    other = make.StaffUserFactory(is_superuser=True)
    run = exports.request_export(
        query={},
        columns=[],
        file_format="csv",
        actor=exports.Actor("staff", str(other.pk)),
        at=make.NOON,
    )
    exports.work_on_exports()
    client = as_role("administrator")

    assert f"/{run.pk}/file/" not in words_of(client.get(reverse(LIST)))
    for name in ("file", "stop"):
        address = reverse(f"admin:customers_exportrun_{name}", args=[run.pk])
        assert client.post(address).status_code == 404
