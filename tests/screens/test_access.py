"""Which group reaches which page: one row per address, nothing is left to chance."""

import pytest
from django.contrib import admin
from django.urls import NoReverseMatch, reverse

from config.shared.models import AuditEntry

OK, NO = 200, 403
MARKETING = {"marketer": OK, "support": NO, "administrator": OK}
EVERYBODY = {"marketer": OK, "support": OK, "administrator": OK}
ADMINISTRATION = {"marketer": NO, "support": NO, "administrator": OK}
SUPPORTING = {"marketer": NO, "support": OK, "administrator": OK}
NOBODY = {"marketer": NO, "support": NO, "administrator": NO}
# The form of a draft leads colleagues who may only look to the campaign's page.
DRAFT_FORM = {"marketer": OK, "support": 302, "administrator": OK}
PROJECT_LIST = {"marketer": NO, "support": NO, "administrator": 302}

PAGES = [
    ("index", None, EVERYBODY),
    ("health", None, ADMINISTRATION),
    ("customers_customer_changelist", None, EVERYBODY),
    ("customers_customer_change", "customer", EVERYBODY),
    ("customers_customer_history", "customer", EVERYBODY),
    ("customers_customer_add", None, NOBODY),
    ("derived", None, EVERYBODY),
    ("customers_customer_edit", "customer", ADMINISTRATION),
    ("customers_customer_merge", "customer", ADMINISTRATION),
    ("customers_customer_record", "customer", ADMINISTRATION),
    ("customers_customer_restrict", "customer", SUPPORTING),
    ("customers_customer_erase", "customer", ADMINISTRATION),
    ("customers_exportrun_changelist", None, ADMINISTRATION),
    ("customers_exportrun_ask", None, ADMINISTRATION),
    ("retention", None, ADMINISTRATION),
    ("customers_merge_changelist", None, MARKETING),
    ("customers_merge_duplicates", None, MARKETING),
    ("customers_attribute_changelist", None, MARKETING),
    ("customers_attribute_add", None, MARKETING),
    ("customers_adviser_changelist", None, MARKETING),
    ("customers_adviser_add", None, ADMINISTRATION),
    ("customers_importrun_changelist", None, MARKETING),
    ("customers_importrun_change", "run", MARKETING),
    ("customers_consenttext_changelist", None, MARKETING),
    ("customers_consenttext_add", None, MARKETING),
    ("customers_consenttext_change", "text", MARKETING),
    ("customers_consenttext_publish", "text", MARKETING),
    ("customers_suppression_changelist", None, EVERYBODY),
    ("customers_suppression_lookup", None, EVERYBODY),
    ("customers_importrun_add", None, MARKETING),
    ("customers_product_changelist", None, EVERYBODY),
    ("customers_product_change", "product", EVERYBODY),
    ("customers_productcategory_changelist", None, MARKETING),
    ("customers_productcategory_change", "category", MARKETING),
    ("customers_productcategory_mark", "category", MARKETING),
    ("customers_productcategory_clear", "category", MARKETING),
    ("customers_productcategory_agree", "category", MARKETING),
    ("segments_segment_changelist", None, EVERYBODY),
    ("segments_segment_page", "segment", EVERYBODY),
    ("segments_segment_found", "segment", EVERYBODY),
    ("segments_segment_remove", "segment", MARKETING),
    ("segments_ready_made", None, MARKETING),
    ("segments_rfm", None, EVERYBODY),
    ("segments_rfm_sizes", None, EVERYBODY),
    ("segments_staticlist_changelist", None, EVERYBODY),
    ("segments_staticlist_add", None, MARKETING),
    ("segments_staticlist_page", "static_list", EVERYBODY),
    ("segments_staticlist_change", "static_list", EVERYBODY),
    ("segments_staticlist_remove", "static_list", MARKETING),
    ("segments_segment_add", None, MARKETING),
    ("segments_segment_change", "segment", EVERYBODY),
    ("segments_segment_delete", "segment", NOBODY),  # by a dialog only
    ("messaging_template_changelist", None, MARKETING),
    ("messaging_template_add", None, MARKETING),
    ("messaging_template_change", "template", MARKETING),
    ("messaging_template_preview", "template", MARKETING),
    ("messaging_delivery_changelist", None, EVERYBODY),
    ("messaging_delivery_change", "delivery", EVERYBODY),
    ("messaging_outboxmessage_changelist", None, EVERYBODY),
    ("messaging_outboxmessage_change", "message", EVERYBODY),
    ("messaging_outboxmessage_html", "message", EVERYBODY),
    ("rewards_promotion_changelist", None, EVERYBODY),
    ("rewards_promotion_add", None, MARKETING),
    ("rewards_promotion_change", "promotion", DRAFT_FORM),
    ("rewards_promotion_page", "promotion", EVERYBODY),
    ("rewards_promotion_switch_off", "promotion", MARKETING),
    ("rewards_promotion_switch_on", "promotion", MARKETING),
    ("rewards_voucher_changelist", None, EVERYBODY),
    ("rewards_voucher_change", "voucher", EVERYBODY),
    ("rewards_voucher_disable", "voucher", EVERYBODY),
    ("rewards_voucher_enable", "voucher", EVERYBODY),
    ("rewards_voucher_extend", "voucher", EVERYBODY),
    ("rewards_voucher_set_limit", "voucher", MARKETING),
    ("rewards_voucher_set_values", "voucher", MARKETING),
    ("rewards_voucher_remove", "voucher", MARKETING),
    ("rewards_voucher_many", None, MARKETING),
    ("rewards_voucher_give", "customer", EVERYBODY),
    ("rewards_stackingrules_changelist", None, EVERYBODY),
    ("rewards_coderun_changelist", None, MARKETING),
    ("rewards_coderun_generate", None, MARKETING),
    ("rewards_coderun_import", None, MARKETING),
    ("rewards_redemption_changelist", None, EVERYBODY),
    ("rewards_redemption_change", "accepted", EVERYBODY),
    ("rewards_redemption_change", "refused", EVERYBODY),
    ("rewards_redemption_delete", "refused", NOBODY),
    ("rewards_redemption_roll_back", "accepted", EVERYBODY),
    ("rewards_redemption_record_return", "accepted", EVERYBODY),
    ("rewards_redemption_export", None, ADMINISTRATION),
    ("rewards_refusalalarm_changelist", None, EVERYBODY),
    ("rewards_refusalalarm_change", "alarm", EVERYBODY),
    ("rewards_refusalalarm_see_to", "alarm", MARKETING),
    ("campaigns_campaign_changelist", None, EVERYBODY),
    ("campaigns_campaign_add", None, MARKETING),
    ("campaigns_campaign_page", "live", EVERYBODY),
    ("campaigns_campaign_page", "draft", EVERYBODY),
    ("campaigns_campaign_change", "draft", DRAFT_FORM),
    ("campaigns_campaign_holidays", None, EVERYBODY),
    ("campaigns_campaign_launch", "draft", MARKETING),
    ("campaigns_campaign_pause", "live", MARKETING),
    ("campaigns_campaign_resume", "live", MARKETING),
    ("campaigns_campaign_stop", "live", MARKETING),
    ("campaigns_campaign_delete", "draft", NOBODY),
    ("shared_staffuser_changelist", None, ADMINISTRATION),
    ("shared_staffuser_add", None, ADMINISTRATION),
    ("shared_staffuser_change", "marketer", ADMINISTRATION),
    ("shared_apikey_changelist", None, ADMINISTRATION),
    ("shared_apikey_add", None, ADMINISTRATION),
    ("shared_apikey_change", "key", ADMINISTRATION),
    ("shared_apikey_revoke", "key", ADMINISTRATION),
    ("shared_apikey_rotate", "key", ADMINISTRATION),
    ("shared_apikey_end_previous", "key", ADMINISTRATION),
    ("shared_brand_changelist", None, MARKETING),
    ("shared_brand_change", "brand", MARKETING),
    ("shared_brand_add", None, ADMINISTRATION),
    ("shared_project_changelist", None, PROJECT_LIST),
    ("shared_project_change", "project", ADMINISTRATION),
    ("shared_auditentry_changelist", None, ADMINISTRATION),
    ("shared_auditentry_change", "entry", ADMINISTRATION),
    ("shared_auditentry_check_seals", None, ADMINISTRATION),
]


def target(world, name):
    """The primary key of the row a page is about."""
    if name in {"brand", "project"}:
        return 1
    if name == "entry":
        return AuditEntry.objects.first().pk
    return (world.staff.get(name) or getattr(world, name)).pk


@pytest.mark.parametrize("role", ["marketer", "support", "administrator"])
def test_each_group_reaches_what_it_may_and_nothing_else(world, as_role, role):
    from config.shared.models import Brand

    assert Brand.objects.get().pk == 1
    client = as_role(role)
    seen = {}
    for name, about, expected in PAGES:
        url = reverse(f"admin:{name}", args=[target(world, about)] if about else [])
        seen[name, about] = (client.get(url).status_code, expected[role])
    wrong = {page: pair for page, pair in seen.items() if pair[0] != pair[1]}
    assert not wrong


def test_every_model_of_the_admin_is_in_the_table():
    """A model registered tomorrow must be given its row here."""
    tested = {name for name, _about, _expected in PAGES}
    for model in admin.site._registry:
        meta = model._meta
        assert f"{meta.app_label}_{meta.model_name}_changelist" in tested


def test_every_detail_action_is_in_the_table():
    tested = {name for name, _about, _expected in PAGES}
    for model, model_admin in admin.site._registry.items():
        for action in model_admin.actions_detail or ():
            assert f"{model._meta.app_label}_{model._meta.model_name}_{action}" in tested


def test_strangers_are_asked_to_sign_in(client, db):
    for name in ("index", "customers_customer_changelist", "health"):
        response = client.get(reverse(f"admin:{name}"))
        assert response.status_code == 302
        assert response.url.startswith(reverse("admin:login"))


def test_groups_schedules_and_sign_in_attempts_have_no_pages():
    for name in ("auth_group", "django_celery_beat_periodictask", "axes_accessattempt"):
        with pytest.raises(NoReverseMatch):
            reverse(f"admin:{name}_changelist")


def test_a_support_agent_cannot_launch_by_posting(world, as_role):
    url = reverse("admin:campaigns_campaign_launch", args=[world.draft.pk])
    assert as_role("support").post(url, {"_form_submitted": "on"}).status_code == NO
    world.draft.refresh_from_db()
    assert world.draft.state == "draft"


def test_rejected_lines_need_the_right_to_export(world, as_role):
    from config.shared import files

    world.run.rejects = files.store(
        name="rejects.csv", content_type="text/csv", parts=[b"line,reason\n"]
    )
    world.run.save()
    url = reverse("admin:customers_importrun_rejects", args=[world.run.pk])
    assert as_role("marketer").get(url).status_code == NO
    response = as_role("administrator").get(url)
    assert b"".join(response.streaming_content) == b"line,reason\n"
    listed = as_role("marketer").get(reverse("admin:customers_importrun_changelist"))
    assert url not in listed.content.decode()


def test_the_side_bar_shows_only_what_leads_somewhere(world, as_role):
    support = as_role("support").get(reverse("admin:index")).content.decode()
    assert reverse("admin:customers_customer_changelist") in support
    for name in ("messaging_template", "shared_apikey", "shared_auditentry"):
        assert reverse(f"admin:{name}_changelist") not in support
