"""The screens of segments: the list, a segment's page, checking a customer, starting from one."""

from datetime import timedelta
from unittest.mock import patch

import pytest
from django.urls import reverse

from config.shared.models import AuditEntry
from customers.models import ConsentState, DataCategory
from segments.limits import TookTooLong
from segments.models import KeptSegment, MembershipChange, Segment, SizePoint
from tests.factories import NOON, CustomerFactory, SegmentFactory

IRISH = {"field": "profile.country", "cmp": "is", "value": "IE"}
VIEWED = {"field": "event.product_viewed", "cmp": "gte", "value": 1}
FRAGMENT = {"HTTP_HX_REQUEST": "true"}


def rule(*rules, op="and", **more):
    return {"op": op, "rules": list(rules), **more}


def url(name, *args):
    return reverse(f"admin:{name}", args=args)


@pytest.fixture
def segment(world):
    return SegmentFactory(name="Irish", rules=rule(IRISH))


@pytest.fixture
def marketer(as_role):
    return as_role("marketer")


def text(response):
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


# --- the list ---
def test_the_list_counts_nothing_until_asked(marketer, segment):
    listed = text(marketer.get(url("segments_segment_changelist")))
    assert "country is Ireland" in listed
    cell = url("segments_segment_found", segment.pk) + "?cell=1"
    assert cell in listed
    assert text(marketer.get(cell, **FRAGMENT)).strip() == "1"


def test_a_kept_size_stands_in_the_list_with_its_moment(marketer, segment):
    KeptSegment.objects.create(segment=segment, since=NOON, state="kept", size=1234, size_at=NOON)
    listed = text(marketer.get(url("segments_segment_changelist")))
    assert "1,234" in listed
    assert "17 Mar 2026, 12:00" in listed


def test_an_empty_list_leads_to_the_ready_made_ones(marketer):
    from campaigns.models import Campaign

    Campaign.objects.update(segment=None)
    Segment.objects.all().delete()
    assert "Start from a ready-made one" in text(marketer.get(url("segments_segment_changelist")))


# --- the page ---
def test_the_page_says_what_it_means_and_where_it_is_used(marketer, world):
    page = text(marketer.get(url("segments_segment_page", world.segment.pk)))
    assert "number of orders is at least 1" in page
    assert "Birthday greetings" in page


def test_whom_it_finds_and_who_can_be_reached(marketer, segment):
    found = text(marketer.get(url("segments_segment_found", segment.pk), **FRAGMENT))
    assert "1 customer now" in found
    assert "Can be reached" in found
    assert "Aoife" in found


def test_whoever_may_not_see_customers_sees_no_examples(as_role, world, segment):
    world.staff["support"].groups.clear()
    from django.contrib.auth.models import Permission

    world.staff["support"].user_permissions.add(Permission.objects.get(codename="view_segment"))
    found = text(as_role("support").get(url("segments_segment_found", segment.pk), **FRAGMENT))
    assert "1 customer now" in found
    assert "Aoife" not in found


def test_what_takes_too_long_is_told_as_such_and_can_be_counted(marketer, segment):
    with patch("segments.reach._found", side_effect=TookTooLong):
        found = text(marketer.get(url("segments_segment_found", segment.pk), **FRAGMENT))
        KeptSegment.objects.create(
            segment=segment, since=NOON, state="kept", size=1234, size_at=NOON
        )
        kept = text(marketer.get(url("segments_segment_found", segment.pk), **FRAGMENT))
    assert "takes more than a moment" in found
    assert "Count exactly" in found
    assert "about 1,234 customers now" in kept


def test_how_many_a_consent_hides(marketer, world, segment):
    Segment.objects.filter(pk=segment.pk).update(rules=rule(IRISH, VIEWED))
    found = text(marketer.get(url("segments_segment_found", segment.pk), **FRAGMENT))
    assert "Another 1 customer might fit, but does not let us use: pages viewed" in found
    ConsentState.objects.create(
        customer=world.customer,
        purpose="marketing",
        data_category=DataCategory.BROWSE_HISTORY,
        allowed=True,
        since=NOON,
        event=world.customer.identities.first().consent_events.first(),
    )
    found = text(marketer.get(url("segments_segment_found", segment.pk), **FRAGMENT))
    assert "might fit" not in found


def test_what_is_gone_from_a_rule_is_said(marketer, segment):
    Segment.objects.filter(pk=segment.pk).update(
        rules=rule({"field": "attribute.gone", "cmp": "is", "value": "x"})
    )
    page = text(marketer.get(url("segments_segment_page", segment.pk)))
    assert "asks about what is no more" in page
    assert "attribute.gone" in page


def test_sizes_and_moves_over_time(marketer, world, segment):
    KeptSegment.objects.create(segment=segment, since=NOON - timedelta(days=3), state="kept")
    for days, size in ((2, 10), (1, 14)):
        SizePoint.objects.create(segment=segment, at=NOON - timedelta(days=days), size=size)
    MembershipChange.objects.create(
        segment=segment,
        customer=world.customer,
        entered=True,
        because="write",
        at=NOON - timedelta(hours=3),
        noticed_at=NOON,
    )
    page = text(marketer.get(url("segments_segment_page", segment.pk) + "?tab=time"))
    assert '16 Mar 2026</td><td class="v-num">14</td><td class="v-num">+4' in page
    assert "1 customer entered," in page
    assert "Aoife Yılmaz" in page


def test_its_history_is_kept_when_asked_for_and_until_nobody_asks(marketer, segment):
    marketer.post(url("segments_segment_keep", segment.pk), {"keep": "yes"})
    assert KeptSegment.objects.get(segment=segment).asked
    page = text(marketer.get(url("segments_segment_page", segment.pk)))
    assert "Keep its history no longer" in page
    marketer.post(url("segments_segment_keep", segment.pk), {"keep": "no"})
    assert not KeptSegment.objects.filter(segment=segment, asked=True).exists()


# --- one customer ---
def test_a_customer_is_checked_with_every_condition(marketer, segment):
    answer = text(
        marketer.post(
            url("segments_segment_one"),
            {
                "rules": '{"op":"and","rules":[{"op":"or","rules":['
                '{"field":"profile.country","cmp":"is","value":"IE"},'
                '{"field":"profile.city","cmp":"is","value":"Cork"}]},'
                '{"field":"event.product_viewed","cmp":"gte","value":1}]}',
                "q": "aoife",
            },
            **FRAGMENT,
        )
    )
    assert "is not in" in answer
    assert "Any of these" in answer
    assert "not allowed to look" in answer
    assert "seen: Dublin" in answer


def test_a_stored_segment_is_asked_by_its_own_rule(marketer, segment):
    asked = url("segments_segment_one_of", segment.pk)
    assert "is in" in text(marketer.post(asked, {"q": "12345"}, **FRAGMENT))


def test_of_several_one_is_chosen(marketer, segment):
    CustomerFactory(first_name="Aoife", last_name="Byrne")
    asked = url("segments_segment_one_of", segment.pk)
    several = text(marketer.post(asked, {"q": "aoife"}, **FRAGMENT))
    assert "Who is meant?" in several
    assert "Byrne" in several
    assert "Nobody was found" in text(marketer.post(asked, {"q": "nobody like that"}, **FRAGMENT))


def test_without_a_script_the_answer_is_a_page(marketer, segment):
    page = text(marketer.post(url("segments_segment_one_of", segment.pk), {"q": "12345"}))
    assert "<html" in page
    assert "is in" in page


def test_a_restricted_customer_is_in_no_segment(marketer, world, segment):
    world.customer.restriction = "restricted"
    world.customer.save()
    asked = url("segments_segment_one_of", segment.pk)
    answer = text(marketer.post(asked, {"q": "12345"}, **FRAGMENT))
    assert "In no segment whatever the rule says" in answer


# --- changes ---
def test_a_copy_has_a_free_name_and_opens_for_editing(marketer, segment):
    response = marketer.post(url("segments_segment_duplicate", segment.pk))
    copy = Segment.objects.get(name="Irish (copy)")
    assert response.url == url("segments_segment_change", copy.pk)
    marketer.post(url("segments_segment_duplicate", segment.pk))
    assert Segment.objects.filter(name="Irish (copy) 2").exists()
    assert AuditEntry.objects.filter(action="segment.created", object_id=str(copy.pk)).exists()


def test_copying_is_no_link(marketer, segment):
    assert marketer.get(url("segments_segment_duplicate", segment.pk)).status_code == 405


def test_a_used_segment_is_not_removed_and_the_dialog_says_by_what(marketer, world):
    dialog = url("segments_segment_remove", world.segment.pk)
    assert "Birthday greetings" in text(marketer.get(dialog))
    marketer.post(dialog, {"_form_submitted": "on"})
    assert Segment.objects.filter(pk=world.segment.pk).exists()


def test_an_unused_segment_is_removed(marketer, segment):
    dialog = url("segments_segment_remove", segment.pk)
    assert "Nothing uses it." in text(marketer.get(dialog))
    marketer.post(dialog, {"_form_submitted": "on"})
    assert not Segment.objects.filter(pk=segment.pk).exists()


def test_support_agents_look_and_change_nothing(as_role, segment):
    support = as_role("support")
    page = text(support.get(url("segments_segment_page", segment.pk)))
    for name in (
        "segments_segment_change",
        "segments_segment_remove",
        "segments_segment_duplicate",
    ):
        assert url(name, segment.pk) not in page
    assert support.post(url("segments_segment_duplicate", segment.pk)).status_code == 403
    assert support.post(url("segments_segment_keep", segment.pk)).status_code == 403
    assert support.post(url("segments_ready_made_start", "lapsed")).status_code == 403


# --- ready-made ---
def test_the_gallery_says_what_is_missing(marketer):
    page = text(marketer.get(url("segments_ready_made")))
    assert "Lapsed three months" in page
    assert "The shop has not told of all this yet" in page


def test_starting_from_one_makes_a_segment_of_ones_own(marketer, world):
    response = marketer.post(
        url("segments_ready_made_start", "owners"), {"owners-category": "Candles"}
    )
    made = Segment.objects.get(name="Dog owners, by what they buy")
    assert response.url == url("segments_segment_change", made.pk)
    assert made.rules["rules"][0]["where"][0]["value"] == ["Candles"]


def test_amounts_are_asked_as_people_write_them(marketer, world):
    marketer.post(url("segments_ready_made_start", "premium"), {"premium-amount": "150,50"})
    made = Segment.objects.get(name="Premium with large carts")
    assert made.rules["rules"][1] == {
        "field": "orders.average", "cmp": "gte", "value": 15050, "currency": "GBP"
    }  # fmt: skip


def test_without_an_answer_nothing_is_made(marketer, world):
    before = Segment.objects.count()
    response = marketer.post(url("segments_ready_made_start", "owners"), follow=True)
    assert "This field is required." in text(response)
    assert Segment.objects.count() == before


def test_a_ready_made_one_is_counted_before_it_is_made(marketer, world):
    counted = text(marketer.post(url("segments_ready_made_count", "first_time")))
    assert counted.strip() == "1"
