"""The import page, step by step, as a browser without JavaScript would walk through it."""

import io
import zipfile

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.shared.actors import SYSTEM
from customers.imports import steps
from customers.models import ConsentEvent, Customer, ImportMapping, ImportRun, Order
from customers.models.import_run import ImportState
from customers.services import file_import_work, file_imports
from tests.screens.uploads import finished

CUSTOMERS = """\
E-mail,First name,Town,Accepts Email Marketing,Shoe size
ann@example.com,Ann,Dublin,yes,38
bob@example,Bob,Cork,no,44
cem@example.com,Cem,İzmir,no,43
"""
ORDERS = """\
Order number,Customer ID,Order date,SKU,Quantity,Unit price
1,77,2026-03-01 10:00,A,2,10.00
2,77,2026-03-02 10:00,A,none,10.00
"""


@pytest.fixture
def client(as_role):
    return as_role("administrator")


def upload(client, text=CUSTOMERS, *, contents="customers", name="people.csv"):
    body = text if isinstance(text, bytes) else text.encode()
    file = SimpleUploadedFile(name, body, content_type="text/csv")
    return client.post(
        reverse("admin:customers_importrun_add"), {"contents": contents, "file": file}, follow=True
    )


def run_of(response) -> ImportRun:
    run = response.context["run"]
    run.refresh_from_db()
    return run


def address(run, step):
    return reverse("admin:customers_importrun_step", args=[run.pk, step])


def press(client, run, do, *, step="", revision=None, **told):
    run.refresh_from_db()
    data = {"do": do, "revision": revision or steps.revision(run), **told}
    return client.post(address(run, step or steps.current(run)), data, follow=True)


def decide(client, run, **told):
    """Keep the columns as they are proposed, but for what is told."""
    columns = {f"target-{number}": how["target"] for number, how in run.mapping["columns"].items()}
    options = {"option-identify_by": ["email"], "option-mode": "both", "option-empty": "keep"}
    options |= {"option-repeated": "last"} if run.kind == "customers" else {}
    if run.kind == "orders":
        options = {"option-unknown_customers": "create"}
    return press(client, run, "map", step="columns", **{**columns, **options, **told})


def checked(client, **told) -> ImportRun:
    run = run_of(upload(client))
    decide(client, run, **{"target-3": "", **told})
    press(client, run, "check")
    file_import_work.work()
    run.refresh_from_db()
    return run


# --- from the file to the rows -------------------------------------------------------------------
def test_a_file_goes_through_all_steps(client, world):
    page = upload(client)
    assert b"ann@example.com" in page.content
    run = run_of(page)
    assert run.state == ImportState.UPLOADED
    assert b"Column" in client.get(address(run, "columns")).content
    decide(client, run, **{"target-3": ""})
    press(client, run, "check")
    assert run_of(page).state == ImportState.CHECKING
    file_import_work.work()
    page = client.get(address(run, "check"))
    report = page.context["report"]
    assert {one.key: one.count for one in report.outcomes} == {"created": 2, "rejected": 1}
    assert not Customer.objects.filter(email="ann@example.com").exists()
    assert b"Import now" in client.get(address(run, "run")).content
    press(client, run, "start", step="run")
    file_import_work.work()
    page = client.get(address(run, "done"))
    assert b"1 row was not taken" in page.content
    assert Customer.objects.filter(email__in=["ann@example.com", "cem@example.com"]).count() == 2
    rejects = client.get(reverse("admin:customers_importrun_rejects", args=[run.pk]))
    assert b"bob@example," in b"".join(rejects.streaming_content)


def test_the_rejected_rows_can_be_corrected_and_imported_again(client, world):
    run = checked(client)
    press(client, run, "start", step="run")
    file_import_work.work()
    answer = client.get(reverse("admin:customers_importrun_rejects", args=[run.pk]))
    text = b"".join(answer.streaming_content).decode().replace("bob@example,", "bob@example.com,")
    again = run_of(upload(client, text))
    decide(client, again, **{"target-3": ""})
    press(client, again, "check")
    file_import_work.work()
    press(client, again, "start", step="run")
    file_import_work.work()
    assert Customer.objects.filter(email="bob@example.com").exists()


def test_orders_go_the_same_way(client, world):
    run = run_of(upload(client, ORDERS, contents="orders", name="orders.csv"))
    decide(client, run)
    press(client, run, "check")
    file_import_work.work()
    page = client.get(address(run, "check"))
    assert [(one.reason, one.count) for one in page.context["report"].rejected] == [
        ("The quantity is not a whole number up to a million.", 1)
    ]
    press(client, run, "start", step="run")
    file_import_work.work()
    assert Order.objects.get(source_id="1").amount == 2000


def test_a_column_can_be_read_otherwise(client, world):
    run = run_of(upload(client, CUSTOMERS.replace(",", ";")))
    assert run.detected["delimiter"] == ";"
    form = client.get(address(run, "look")).context["form"]
    told = {name: form[name].value() for name in form.fields}
    press(client, run, "look", **{**told, "delimiter": ","})
    run.refresh_from_db()
    assert run.detected["delimiter"] == ","
    assert len(run.detected["headers"]) == 1


def test_going_on_takes_along_what_was_chosen(client, world):
    run = run_of(upload(client, CUSTOMERS.replace(",", ";")))
    form = client.get(address(run, "look")).context["form"]
    told = {name: form[name].value() for name in form.fields}
    answer = press(client, run, "look_on", **{**told, "delimiter": ","})
    run.refresh_from_db()
    assert run.detected["delimiter"] == ","
    assert answer.redirect_chain[-1][0] == address(run, "columns")


def test_bad_cells_are_marked_in_the_first_rows_with_the_reason(client, world):
    page = upload(client)
    assert b"This is not an e-mail address." in page.content


def test_a_mapping_is_kept_and_applied(client, world):
    run = run_of(upload(client))
    columns = {f"target-{n}": how["target"] for n, how in run.mapping["columns"].items()}
    told = {**columns, "target-3": "", "target-4": "metadata:", "mapping_name": "Shop"}
    told |= {"option-identify_by": "email", "option-mode": "both"}
    told |= {"option-empty": "keep", "option-repeated": "last"}
    press(client, run, "save_mapping", step="columns", **told)
    kept = ImportMapping.objects.get(name="Shop")
    run.refresh_from_db()
    assert run.mapping["columns"]["4"]["target"] == "metadata:Shoe size"
    again = run_of(upload(client))
    press(client, again, "apply_mapping", step="columns", saved=kept.pk)
    again.refresh_from_db()
    assert again.mapping["columns"]["4"]["target"] == "metadata:Shoe size"


# --- consent, knowingly --------------------------------------------------------------------------
CONSENT = {
    "target-3": "consent", "more-3": "1", "channel-3": "email", "meaning-3": "words",
    "text-3-0": "yes", "word-3-0": "yes", "text-3-1": "no", "word-3-1": "no", "source-3": "shop",
    "evidence-3": "Ticked the box at the checkout, May 2024.", "decided-3": "on",
}  # fmt: skip


def test_a_consent_column_keeps_the_file_from_being_checked_until_somebody_decides(client, world):
    run = run_of(upload(client))
    page = decide(client, run)
    assert b"is about consent" in page.content
    assert b"What does" in page.content
    page = decide(client, run, **{key: CONSENT[key] for key in CONSENT if key != "evidence-3"})
    assert b"say what proves the consent" in page.content


def test_what_was_decided_about_consent_is_recorded(client, world):
    before = ConsentEvent.objects.count()
    run = checked(client, **CONSENT)
    press(client, run, "start", step="run")
    file_import_work.work()
    assert ConsentEvent.objects.count() == before + 2
    granted = ConsentEvent.objects.get(identity__customer__email="ann@example.com")
    assert (granted.action, granted.channel) == ("imported", "email")


def test_choosing_consent_asks_further_without_keeping_anything(client, world):
    run = run_of(upload(client))
    part = client.post(
        reverse("admin:customers_importrun_more", args=[run.pk]), {"target-4": "consent"}
    )
    assert b"evidence-4" in part.content
    before = dict(run.mapping)
    run.refresh_from_db()
    assert run.mapping == before


# --- two people, reloads, states -----------------------------------------------------------------
def test_a_stale_form_does_nothing_and_says_so(client, world):
    run = run_of(upload(client))
    stale = steps.revision(run)
    decide(client, run, **{"target-3": ""})
    page = press(client, run, "cancel", revision=stale)
    assert b"Somebody changed this import" in page.content
    run.refresh_from_db()
    assert run.state == ImportState.UPLOADED


def test_every_step_can_be_reloaded_and_a_step_out_of_turn_leads_to_the_right_one(client, world):
    run = run_of(upload(client))
    for step in ("look", "columns", "check"):
        assert client.get(address(run, step)).status_code == 200
    assert client.get(address(run, "run")).url == address(run, "look")
    assert client.get(address(run, "nonsense")).url == address(run, "look")
    change = reverse("admin:customers_importrun_change", args=[run.pk])
    assert b"How it is read" in client.get(change).content


def test_pause_resume_and_stop(client, world):
    run = checked(client)
    press(client, run, "start", step="run")
    press(client, run, "pause")
    run.refresh_from_db()
    assert run.state == ImportState.PAUSED
    assert b"Resume" in client.get(address(run, "run")).content
    press(client, run, "resume")
    run.refresh_from_db()
    assert run.state == ImportState.WAITING
    press(client, run, "cancel")
    run.refresh_from_db()
    assert run.state == ImportState.CANCELLED
    assert b"Stopped" in client.get(address(run, "done")).content


def test_the_moving_part_asks_for_the_page_when_another_step_is_due(client, world):
    run = checked(client)
    press(client, run, "start", step="run")
    part = reverse("admin:customers_importrun_progress", args=[run.pk])
    moving = client.get(part, {"state": "waiting"})
    assert b"hx-get" in moving.content
    file_import_work.work()
    assert client.get(part, {"state": "waiting"}).headers["HX-Redirect"] == address(run, "done")


# --- rubbish -------------------------------------------------------------------------------------
def bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("people.csv", b"0" * (30 * 1024 * 1024))
    return packed.getvalue()


RUBBISH = {
    "picture": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x04\x00\x00\x00\x04\x00"
    + b"\x00" * 99,
    "empty": b"",
    "blank": b"\n\n\n",
    "bomb": bomb(),
    "wide": (",".join(f"c{n}" for n in range(2_000)) + "\n").encode(),
    "pdf": b"%PDF-1.7 whatever",
    "damaged": b"PK\x03\x04 and then nothing",
    "orders": ORDERS.encode(),
}


@pytest.mark.parametrize("name", RUBBISH)
def test_rubbish_is_answered_with_a_sentence_on_the_page(client, world, name):
    before = ImportRun.objects.count()
    page = upload(client, RUBBISH[name])
    assert page.status_code == 200
    assert b"The file was not taken." in page.content
    assert ImportRun.objects.count() == before


# --- who may -------------------------------------------------------------------------------------
def test_the_outcome_is_shown_though_an_erasure_emptied_what_was_detected(client, world):
    run = finished()
    ImportRun.objects.filter(pk=run.pk).update(
        report={}, detected={}, mapping={"columns": {}, "options": {}, "saved": ""}
    )
    page = client.get(address(run, steps.current(run)))
    assert "This is not an e-mail address." in page.content.decode()
    listed = client.get(reverse("admin:customers_importrun_changelist"))
    assert listed.status_code == 200


def test_a_marketer_imports_and_may_not_download_what_was_rejected(as_role, world):
    client = as_role("marketer")
    run = checked(client)
    press(client, run, "start", step="run")
    file_import_work.work()
    page = client.get(address(run, "done"))
    assert b"needs the permission to export" in page.content
    assert (
        client.get(reverse("admin:customers_importrun_rejects", args=[run.pk])).status_code == 403
    )


def test_others_look_and_do_nothing(as_role, client, world):
    run = run_of(upload(client))
    support = as_role("support")
    assert support.get(address(run, "look")).status_code == 403
    world.staff["support"].user_permissions.add(Permission.objects.get(codename="view_importrun"))
    support = as_role("support")
    page = support.get(address(run, "look"))
    assert page.status_code == 200
    assert b'name="do"' not in page.content
    assert press(support, run, "cancel").status_code == 403
    assert support.get(reverse("admin:customers_importrun_add")).status_code == 403
    more = reverse("admin:customers_importrun_more", args=[run.pk])
    assert support.post(more).status_code == 403


# --- statements ----------------------------------------------------------------------------------
FRAME = 5  # session, colleague, project, own permissions, permissions of the groups


@pytest.mark.parametrize(("step", "own"), [("look", 5), ("columns", 7), ("check", 1)])
def test_statements_of_a_step_do_not_grow_with_the_file(client, world, step, own):
    counted = []
    for rows in (1, 200):
        text = CUSTOMERS + "".join(f"p{n}@example.com,P,Cork,yes,1\n" for n in range(rows))
        run = run_of(upload(client, text))
        client.get(address(run, step))
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address(run, step)).status_code == 200
        counted.append([one["sql"] for one in captured])
    assert len(counted[0]) == FRAME + own, "\n".join(counted[0])
    # The end of a small file is met by the preview, which looks once whether more follows.
    assert len(counted[1]) <= len(counted[0])


def test_statements_of_the_moving_part(client, world):
    run = checked(client)
    press(client, run, "start", step="run")
    part = reverse("admin:customers_importrun_progress", args=[run.pk])
    client.get(part, {"state": "waiting"})
    with CaptureQueriesContext(connection) as captured:
        client.get(part, {"state": "waiting"})
    assert len(captured) <= FRAME + 1, "\n".join(one["sql"] for one in captured)


def test_the_upload_is_kept_only_while_it_is_needed(client, world):
    run = run_of(upload(client))
    file_imports.cancel(run=run, actor=SYSTEM)
    run.refresh_from_db()
    assert run.file is None
