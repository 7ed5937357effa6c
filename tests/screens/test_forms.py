"""Forms call one service, and what it refuses comes back beside what was typed."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from campaigns.models import Campaign
from config.shared.models import ApiKey, AuditEntry, StaffUser
from messaging.models import TemplateVersion
from rewards.models import Promotion
from segments.models import Segment
from tests import factories as make

HTMX = {"_form_submitted": "on"}


def offer(**changes):
    return {
        "name": "Spring",
        "active": "on",
        "currency": "gbp",
        "minimum": "25.00",
        "code_pattern": "SPRING-####-####-####",
        "uses_per_code": "1",
        "holder_only": "on",
        "effects-TOTAL_FORMS": "1",
        "effects-INITIAL_FORMS": "0",
        "effects-MIN_NUM_FORMS": "1",
        "effects-MAX_NUM_FORMS": "10",
        "effects-0-kind": "percent",
        "effects-0-percent": "15",
        "effects-0-cap": "50,00",
        "conditions-TOTAL_FORMS": "0",
        "conditions-INITIAL_FORMS": "0",
        **changes,
    }


def errors_of(response):
    """Everything a form complained about, as one text."""
    form = response.context["adminform"].form
    texts = [str(form.errors)]
    for rows in (getattr(form, "effects", None), getattr(form, "conditions", None)):
        if rows is not None:
            texts += [str(rows.errors), str(rows.non_form_errors())]
    for inline in response.context["inline_admin_formsets"]:
        texts += [str(inline.formset.errors), str(inline.formset.non_form_errors())]
    return " ".join(texts)


def test_an_offer_is_saved_in_minor_units_by_the_service(world, as_role):
    response = as_role("marketer").post(reverse("admin:rewards_promotion_add"), offer())
    assert response.status_code == 302
    saved = Promotion.objects.get(name="Spring")
    assert (saved.currency, saved.minimum_amount) == ("GBP", 2500)
    effect = saved.effects.get()
    assert (effect.kind, effect.percent, effect.cap_amount) == ("percent", 15, 5000)
    entry = AuditEntry.objects.get(action="promotion.created")
    assert entry.actor_id == str(world.staff["marketer"].pk)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"minimum": "25.001"}, "GBP has 2 decimals"),
        ({"minimum": "lots"}, "is not an amount"),
        ({"minimum": "-5"}, "above zero"),
        ({"currency": "XXQ"}, "ISO 4217"),
        ({"effects-0-percent": ""}, "how many percent"),
        ({"effects-0-kind": "amount", "effects-0-amount_off": ""}, "how much is taken off"),
        ({"effects-0-kind": "amount", "effects-0-amount_off": "1,23,45"}, "is not an amount"),
        ({"code_pattern": "ALWAYS-THE-SAME"}, "#"),
        ({"name": "Birthday 15%"}, "Another offer has this name"),
    ],
)
def test_an_offer_that_cannot_be_saved_says_why(world, as_role, changes, complaint):
    before = Promotion.objects.count()
    response = as_role("marketer").post(reverse("admin:rewards_promotion_add"), offer(**changes))
    assert response.status_code == 200
    assert complaint in errors_of(response)
    assert Promotion.objects.count() == before


def test_a_value_that_an_effect_does_not_use_is_refused_by_its_name(world, as_role):
    """Dropping it in silence would make another offer than the one that was typed."""
    typed = offer(**{"effects-0-kind": "free_shipping", "effects-0-percent": ""})
    response = as_role("marketer").post(reverse("admin:rewards_promotion_add"), typed)
    assert "“At most” is not used by “free shipping”; empty it." in errors_of(response)
    assert not Promotion.objects.filter(name="Spring").exists()


def draft(world, **changes):
    return {
        "name": world.draft.name,
        "seen": world.draft.updated_at.isoformat(),
        "segment": world.segment.pk,
        "promotion": world.promotion.pk,
        "template": world.template.pk,
        "occasion": "holiday",
        "holiday_country": "IE",
        "holiday_key": "st_patricks_day",
        "only_in_country": "on",
        "leap_policy": "feb_28",
        "offset_days": "-1",
        "send_time": "10:30",
        "max_lateness": "360",
        **changes,
    }


def test_a_draft_is_changed_and_leads_to_its_page(world, as_role):
    url = reverse("admin:campaigns_campaign_change", args=[world.draft.pk])
    response = as_role("marketer").post(url, draft(world))
    assert response.url == reverse("admin:campaigns_campaign_page", args=[world.draft.pk])
    world.draft.refresh_from_db()
    assert (world.draft.offset_days, world.draft.send_time.hour) == (-1, 10)


def test_two_people_cannot_overwrite_each_other(world, as_role):
    url = reverse("admin:campaigns_campaign_change", args=[world.draft.pk])
    first, second = draft(world, offset_days="-2"), draft(world, offset_days="-3")
    client = as_role("marketer")
    assert client.post(url, first).status_code == 302
    response = client.post(url, second)
    assert "Somebody else changed this campaign" in errors_of(response)
    world.draft.refresh_from_db()
    assert world.draft.offset_days == -2


def test_a_holiday_of_another_country_is_refused(world, as_role):
    url = reverse("admin:campaigns_campaign_change", args=[world.draft.pk])
    response = as_role("marketer").post(url, draft(world, holiday_country="TR"))
    assert response.status_code == 200
    assert "holiday_key" in response.context["adminform"].form.errors


def test_a_birthday_keeps_no_holiday(world, as_role):
    url = reverse("admin:campaigns_campaign_change", args=[world.draft.pk])
    as_role("marketer").post(url, draft(world, occasion="birthday"))
    world.draft.refresh_from_db()
    assert (world.draft.holiday_country, world.draft.holiday_key) == ("", "")


def test_a_live_campaign_has_no_form(world, as_role):
    url = reverse("admin:campaigns_campaign_change", args=[world.live.pk])
    response = as_role("marketer").get(url)
    assert response.url == reverse("admin:campaigns_campaign_page", args=[world.live.pk])


def test_campaigns_move_by_post_only(world, as_role):
    client = as_role("marketer")
    moves = [("launch", "live"), ("pause", "paused"), ("resume", "live"), ("stop", "stopped")]
    for move, state in moves:
        url = reverse(f"admin:campaigns_campaign_{move}", args=[world.draft.pk])
        assert "In the next 7 days" in client.get(url).content.decode()
        before = Campaign.objects.get(pk=world.draft.pk).state
        assert before != state
        assert client.post(url, HTMX).headers["HX-Redirect"]
        assert Campaign.objects.get(pk=world.draft.pk).state == state


@pytest.mark.parametrize("state", ["draft", "live", "stopped"])
def test_a_campaign_in_any_state_is_duplicated_as_a_draft(world, as_role, state):
    Campaign.objects.filter(pk=world.live.pk).update(state=state, offset_days=-2)
    url = reverse("admin:campaigns_campaign_duplicate", args=[world.live.pk])
    client = as_role("marketer")
    for name in ("Birthday greetings (copy)", "Birthday greetings (copy 2)"):
        response = client.post(url)
        made = Campaign.objects.get(name=name)
        assert response.url == reverse("admin:campaigns_campaign_change", args=[made.pk])
        assert (made.state, made.launched_at, made.ticked_until) == ("draft", None, None)
        assert (made.segment, made.promotion, made.template, made.offset_days) == (
            world.segment, world.promotion, world.template, -2,
        )  # fmt: skip
        assert client.get(response.url).status_code == 200


def test_a_support_agent_duplicates_nothing_and_a_link_does_not_either(world, as_role):
    url = reverse("admin:campaigns_campaign_duplicate", args=[world.live.pk])
    assert as_role("support").post(url).status_code == 403
    assert as_role("marketer").get(url).status_code == 405
    page = reverse("admin:campaigns_campaign_page", args=[world.live.pk])
    assert url in as_role("marketer").get(page).content.decode()
    assert url not in as_role("support").get(page).content.decode()
    assert Campaign.objects.count() == 2


def test_what_a_service_refuses_in_a_dialog_is_said_on_the_page(world, as_role):
    world.draft.template = None
    world.draft.save()
    client = as_role("marketer")
    url = reverse("admin:campaigns_campaign_launch", args=[world.draft.pk])
    page = client.get(client.post(url, HTMX).headers["HX-Redirect"])
    assert "cannot be launched yet" in page.content.decode()


def test_a_rule_that_cannot_be_used_names_the_place(world, as_role):
    url = reverse("admin:segments_segment_add")
    for rules, complaint in [
        ("{", "This is not JSON: line 1"),
        ('{"op": "and", "rules": [{"field": "no.such", "cmp": "is", "value": 1}]}', "rules[0]"),
    ]:
        response = as_role("marketer").post(url, {"name": "New", "rules": rules})
        assert complaint in errors_of(response)
    assert not Segment.objects.filter(name="New").exists()


def test_a_template_with_a_mistake_names_the_line_and_saves_nothing(world, as_role):
    url = reverse("admin:messaging_template_change", args=[world.template.pk])
    body = "<mjml><mj-body><mj-section><mj-column>\n<mj-text>{{ no.such }}</mj-text>\n"
    body += "</mj-column></mj-section></mj-body></mjml>"
    typed = {"name": world.template.name, "language": "en", "subject": "Hello", "body": body}
    response = as_role("marketer").post(url, typed)
    assert "line 2" in errors_of(response)
    assert TemplateVersion.objects.filter(template=world.template).count() == 1
    typed["body"] = body.replace("no.such", "brand.name")
    assert as_role("marketer").post(url, typed).status_code == 302
    assert TemplateVersion.objects.filter(template=world.template).count() == 2


def test_a_template_opens_with_the_words_of_the_language_asked_for(world, as_role):
    for language in ("en", "tr"):
        make.TemplateVersionFactory(
            template=world.template, language=language, number=7, subject=f"In {language}"
        )
    url = reverse("admin:messaging_template_change", args=[world.template.pk])
    client = as_role("marketer")
    for query, subject in [("", "In en"), ("?language=tr", "In tr"), ("?language=xx", "In tr")]:
        opened = client.get(url + query).context["adminform"].form.initial
        assert (opened["subject"], opened["language"]) == (subject, subject[-2:])


def test_a_code_lists_who_tried_it_and_is_found_by_it(world, as_role):
    page = as_role("support").get(
        reverse("admin:rewards_voucher_change", args=[world.refused.voucher_id])
    )
    assert "below the minimum" in page.content.decode()
    found = as_role("support").get(
        reverse("admin:rewards_redemption_changelist"), {"q": world.refused.voucher.code.lower()}
    )
    assert world.refused in found.context["cl"].result_list


def test_a_key_is_shown_once_and_never_again(world, as_role):
    client = as_role("administrator")
    typed = {"name": "Till", "kind": "restricted", "scopes": ["redemptions:write"]}
    response = client.post(reverse("admin:shared_apikey_add"), typed)
    token = response.context["token"]
    assert token in response.content.decode()
    assert "no-store" in response.headers["Cache-Control"]
    key = ApiKey.objects.get(name="Till")
    url = reverse("admin:shared_apikey_change", args=[key.pk])
    assert token not in client.get(url).content.decode()
    client.post(reverse("admin:shared_apikey_revoke", args=[key.pk]), HTMX)
    key.refresh_from_db()
    assert key.revoked_at is not None


def test_a_restricted_key_needs_scopes(world, as_role):
    typed = {"name": "Till", "kind": "restricted"}
    response = as_role("administrator").post(reverse("admin:shared_apikey_add"), typed)
    assert "needs at least one" in errors_of(response)


def test_a_code_is_switched_off_and_on(world, as_role):
    client = as_role("marketer")
    for move, active in [("disable", False), ("enable", True)]:
        client.post(reverse(f"admin:rewards_voucher_{move}", args=[world.voucher.pk]), HTMX)
        world.voucher.refresh_from_db()
        assert world.voucher.active is active


def colleague(user, **changes):
    return {
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "language": "tr",
        "groups": [group.pk for group in user.groups.all()],
        "is_active": "on",
        **changes,
    }


def test_a_colleague_is_added_and_can_sign_in(world, as_role, client):
    group = Group.objects.get(name="Support agent")
    typed = {
        "email": "New@Example.com",
        "first_name": "Nora",
        "last_name": "",
        "language": "tr",
        "groups": [group.pk],
        "is_active": "on",
        "password": "a long enough phrase",
    }
    url = reverse("admin:shared_staffuser_add")
    assert as_role("administrator").post(url, typed).status_code == 302
    signed_in = client.post(
        reverse("admin:login"),
        {"username": "new@example.com", "password": "a long enough phrase"},
    )
    assert signed_in.status_code == 302
    home = client.get(reverse("admin:index"))
    assert home.headers["Content-Language"] == "tr"


def test_a_weak_password_is_refused(world, as_role):
    user = world.staff["support"]
    url = reverse("admin:shared_staffuser_change", args=[user.pk])
    response = as_role("administrator").post(url, colleague(user, password="12345678"))
    assert "too easy to guess" in errors_of(response)


def test_the_last_administrator_stays(world, as_role):
    user = world.staff["administrator"]
    url = reverse("admin:shared_staffuser_change", args=[user.pk])
    response = as_role("administrator").post(url, colleague(user, groups=[]))
    assert "Nobody would be left" in errors_of(response)
    assert user.groups.count() == 1


def test_an_administrator_cannot_take_over_somebody_with_all_rights(world, as_role):
    owner = StaffUser.objects.create_superuser("owner@example.com", "an owner's password")
    url = reverse("admin:shared_staffuser_change", args=[owner.pk])
    typed = colleague(owner, password="a long enough phrase")
    response = as_role("administrator").post(url, typed)
    assert "Only somebody with all rights" in errors_of(response)
    owner.refresh_from_db()
    assert owner.check_password("an owner's password")


def test_the_project_refuses_what_is_no_currency(world, as_role):
    url = reverse("admin:shared_project_change", args=[1])
    typed = {
        "name": "Kelebek",
        "currency": "XXQ",
        "country": "TR",
        "zone": "Europe/Istanbul",
        "language": "tr",
        "unpermitted_events": "refuse",
        "consent_age": 16,
        "gated_categories": ["LOCATION", "PROFILE"],
    }
    response = as_role("administrator").post(url, typed)
    assert "ISO 4217" in errors_of(response)
    typed["currency"] = "try"
    assert as_role("administrator").post(url, typed).status_code == 302
    entry = AuditEntry.objects.get(action="project.changed")
    changed = ["country", "currency", "double_opt_in", "gated_categories", "language", "zone"]
    assert entry.fields == changed
