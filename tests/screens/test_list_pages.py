"""The screens of static lists: made, filled, corrected, removed."""

import base64

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from segments.models import ListMember, StaticList
from tests.factories import NOON, CustomerFactory


def url(name, *args):
    return reverse(f"admin:segments_staticlist_{name}", args=args)


def text(response):
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


@pytest.fixture
def marketer(as_role):
    return as_role("marketer")


@pytest.fixture
def fair(world):
    world.static_list.delete()
    return StaticList.objects.create(
        name="Fair", categories=["PROFILE"], created_at=NOON, updated_at=NOON
    )


def test_a_list_is_made_and_its_page_says_how_to_go_on(marketer, world):
    told = {"name": "Fair", "description": "", "categories": ["PROFILE"]}
    response = marketer.post(url("add"), told)
    made = StaticList.objects.get(name="Fair")
    assert response.url == url("page", made.pk)
    assert "Nobody yet." in text(marketer.get(response.url))


def test_pasting_tells_what_was_done_and_what_was_not(marketer, fair, world):
    given = "12345\naoife@example.com\nnobody@example.com"
    page = text(marketer.post(url("fill", fair.pk), {"text": given}))
    assert "1 customer was put on the list." in page
    assert "1 entry named somebody a second time." in page
    assert "Nobody has this id or address." in page
    file = page.split("data:text/csv;base64,")[1].split('"')[0]
    assert base64.b64decode(file).decode().splitlines()[1].startswith("3,nobody@example.com,")
    again = text(marketer.post(url("fill", fair.pk), {"text": given}))
    assert "0 customers were put on the list." in again
    assert "1 was on the list before." in again


def test_a_file_does_the_same(marketer, fair, world):
    upload = SimpleUploadedFile("fair.csv", b"Name,Email\nAoife,aoife@example.com\n")
    page = text(marketer.post(url("fill", fair.pk), {"file": upload}))
    assert "Of the table the column “Email” counted." in page
    assert ListMember.objects.get().customer == world.customer


@pytest.mark.parametrize(
    ("told", "problem"),
    [({}, "Paste somebody, or choose a file."), ({"text": ",,"}, "There is nobody in it.")],
)
def test_nothing_is_told_as_such(marketer, fair, told, problem):
    assert problem in text(marketer.post(url("fill", fair.pk), told))


def test_what_is_no_table_is_refused(marketer, fair):
    upload = SimpleUploadedFile("fair.pdf", b"%PDF-1.7 not a table")
    assert "v-field-error" in text(marketer.post(url("fill", fair.pk), {"file": upload}))


def test_one_is_put_on_and_taken_off(marketer, fair, world):
    marketer.post(url("add_one", fair.pk), {"q": "12345"})
    assert ListMember.objects.count() == 1
    marketer.post(url("remove_one", fair.pk), {"who": world.customer.pk})
    assert ListMember.objects.count() == 0


def test_of_several_one_is_chosen(marketer, fair, world):
    other = CustomerFactory(first_name="Aoife", last_name="Byrne")
    assert "Who is meant?" in text(marketer.post(url("add_one", fair.pk), {"q": "aoife"}))
    marketer.post(url("add_one", fair.pk), {"who": other.pk, "q": "aoife"})
    assert ListMember.objects.get().customer == other


def test_an_unused_list_is_removed_by_its_dialog(marketer, fair):
    assert "Nothing uses it." in text(marketer.get(url("remove", fair.pk)))
    marketer.post(url("remove", fair.pk), {"_form_submitted": "on"})
    assert not StaticList.objects.exists()


def test_support_agents_look_and_change_nothing(as_role, fair, world):
    support = as_role("support")
    page = text(support.get(url("page", fair.pk)))
    for name in ("fill", "add_one", "remove_one", "change", "remove"):
        assert url(name, fair.pk) not in page
        if name in {"fill", "add_one", "remove_one"}:
            assert support.post(url(name, fair.pk), {"text": "12345"}).status_code == 403
