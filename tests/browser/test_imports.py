"""A file from the upload to the customers, in a browser."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from customers.models import Customer
from customers.services import file_import_work

CSV = """\
Mail,Vorname,Town,Accepts Email Marketing
lale@example.com,Lale,İzmir,yes
nils@example.org,Nils,Köln,no
broken@example,Bo,Cork,yes
"""


@pytest.fixture
def csv(tmp_path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text(CSV)
    return path


def test_a_file_is_mapped_checked_run_and_its_bad_row_downloaded(world, open_as, csv, tmp_path):
    page = open_as("administrator", path="/admin/customers/importrun/")
    page.goto("/admin/customers/importrun/add/")
    page.get_by_label("Customers", exact=True).check()
    page.get_by_label("File", exact=True).set_input_files(csv)
    page.get_by_role("button", name="Upload and look at it").click()
    expect(page.get_by_text("This is not an e-mail address.")).to_be_visible()
    page.get_by_role("button", name="On to the columns").click()

    # The proposal is corrected: nobody recognised “Vorname”; consent is decided about knowingly.
    page.get_by_label("Vorname").select_option("first_name")
    page.get_by_role("button", name="Save and go on").last.click()
    expect(page.get_by_text("is about consent: decide")).to_be_visible()
    page.get_by_label("Accepts Email Marketing", exact=True).select_option("")
    expect(page.get_by_text("What does “Accepts Email Marketing” mean?")).to_have_count(0)
    page.get_by_label("Accepts Email Marketing", exact=True).select_option("consent")
    expect(page.get_by_text("What does “Accepts Email Marketing” mean?")).to_be_visible()
    page.get_by_label("What proves it?").fill("Ticked the box at the till in May 2024.")
    page.get_by_label("Yes, the column means this, and it may be recorded.").check()
    page.get_by_role("button", name="Save and go on").last.click()

    page.get_by_role("button", name="Check it now").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    file_import_work.work()
    # The page goes on by itself.
    expect(page.get_by_text("Rows that are not taken, and why")).to_be_visible(timeout=15_000)
    expect(page.get_by_role("row", name="Would be created")).to_contain_text("2")
    assert not Customer.objects.filter(email="lale@example.com").exists()
    page.get_by_role("link", name="On to the import").click()
    page.get_by_role("button", name="Import now").click()
    expect(page.get_by_text("waits for its turn")).to_be_visible()
    file_import_work.work()
    expect(page.get_by_text("1 row was not taken.")).to_be_visible(timeout=15_000)
    expect(page.get_by_role("row", name="Created")).to_contain_text("2")
    assert Customer.objects.get(email="lale@example.com").first_name == "Lale"

    with page.expect_download() as download:
        page.get_by_role("link", name="Download the rejected rows").click()
    target = tmp_path / "rejected.csv"
    download.value.save_as(target)
    rejected = target.read_text(encoding="utf-8-sig").splitlines()
    assert rejected[1].startswith("broken@example,Bo,Cork,yes,4,Mail")
    assert page.complaints == []


def test_without_scripts_the_page_works_by_plain_reload(browser, server, world, open_as, csv):
    signed_in = open_as("marketer")
    context = browser.new_context(
        base_url=server,
        java_script_enabled=False,
        storage_state=signed_in.context.storage_state(),
    )
    page = context.new_page()
    page.goto("/admin/customers/importrun/add/")
    page.get_by_label("File", exact=True).set_input_files(csv)
    page.get_by_role("button", name="Upload and look at it").click()
    page.get_by_role("button", name="On to the columns").click()
    page.get_by_label("Accepts Email Marketing", exact=True).select_option("")
    page.get_by_role("button", name="Save and go on").last.click()
    page.get_by_role("button", name="Check it now").click()
    file_import_work.work()
    page.get_by_role("link", name="Refresh").click()
    expect(page.get_by_text("Rows that are not taken, and why")).to_be_visible()
    page.get_by_role("link", name="Look").click()
    page.get_by_role("button", name="Discard the file").click()
    expect(page.get_by_role("heading", name="Stopped")).to_be_visible()
    context.close()
