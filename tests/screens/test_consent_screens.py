"""Consents in the admin: the tab of a customer, the texts, the suppression list."""

import pytest
from django.urls import reverse

from config.shared.actors import SYSTEM, Actor
from config.shared.models import AuditEntry, StaffUser
from customers import recipients
from customers.consent_texts import changes
from customers.models import ConsentEvent, ConsentState, ConsentText, Suppression
from customers.recipients import Recipient
from customers.services import file_import_work, file_imports
from customers.suppression import fingerprint

TAB = "?tab=consents"
EMAIL, SMS = "marketing:email:", "marketing:sms:"


def page_of(world, name="change"):
    return reverse(f"admin:customers_customer_{name}", args=[world.customer.pk])


def text_of(response) -> str:
    return response.content.decode()


class TestTheTab:
    def test_shows_each_consent_and_whether_to_ask(self, world, as_role):
        page = text_of(as_role("support").get(page_of(world) + TAB))
        assert page.count("never asked") >= 10
        assert "no need" in page
        assert "Record a withdrawal" in page

    def test_the_history_of_one_consent(self, world, as_role):
        client = as_role("marketer")
        assert "checkout" in text_of(client.get(page_of(world) + TAB + "&about=" + EMAIL))
        page = text_of(client.get(page_of(world) + TAB + "&about=" + SMS))
        assert "This customer was never asked for anything." in page
        assert client.get(page_of(world) + TAB + "&about=nonsense").status_code == 200

    def test_the_file_that_a_consent_came_from_is_named_with_its_row(self, world, as_role):
        client = as_role("marketer")
        me = StaffUser.objects.get(pk=client.session["_auth_user_id"])
        StaffUser.objects.filter(pk=me.pk).update(first_name="Nermin", last_name="Ok")
        told = f"email,SMS Opt In,phone\n{world.customer.email},yes,+905321112233\n"
        run = file_imports.receive_upload(
            name="stand.csv",
            parts=[told.encode()],
            contents="customers",
            actor=Actor("staff", str(me.pk)),
        )
        how = run.mapping["columns"]["1"] | {"decided": True, "evidence": "Paper of the stand"}
        columns = run.mapping["columns"] | {"1": how}
        file_imports.set_mapping(run=run, columns=columns, options={}, actor=SYSTEM)
        file_imports.check(run=run)
        file_import_work.work()
        file_imports.start(run=run, actor=Actor("staff", str(me.pk)))
        file_import_work.work()
        page = text_of(client.get(page_of(world) + TAB + "&about=" + SMS))
        assert f"stand.csv, row 2, column 2 “SMS Opt In” (import no. {run.pk})" in page
        assert "Paper of the stand" in page
        assert run.sha256 not in page
        assert page.count("Nermin Ok") >= 2

    def test_a_withdrawal_is_recorded_freely(self, world, as_role):
        url = page_of(world, "withdraw_consent")
        response = as_role("support").post(url, {"subject": [EMAIL, SMS]}, follow=True)
        assert "2 withdrawals are recorded." in text_of(response)
        assert not ConsentState.objects.filter(allowed=True).exists()
        event = ConsentEvent.objects.latest("id")
        assert (event.actor_kind, event.source) == ("staff", "staff")
        assert AuditEntry.objects.get(action="consent.withdrawn").fields == ["email", "sms"]

    @pytest.mark.parametrize(
        ("missing", "why"),
        [
            ({"note": ""}, "evidence"),
            ({"source": " "}, "where it was given"),
            ({"captured_at": ""}, "when it was given"),
            ({"captured_at": "2999-01-01T00:00"}, "future"),
            ({"subject": "x"}, "Choose what was allowed"),
            ({"text": "999"}, "published text"),
        ],
    )
    def test_a_consent_needs_its_evidence(self, world, as_role, missing, why):
        told = {
            "subject": SMS,
            "source": "on the phone",
            "captured_at": "2026-03-17T11:00",
            "note": "Called and asked for it.",
        }
        client, url = as_role("support"), page_of(world, "record_consent")
        refused = client.post(url, told | missing, follow=True)
        assert why in text_of(refused)
        assert not ConsentState.objects.filter(channel="sms").exists()
        assert "The consent is recorded." in text_of(client.post(url, told, follow=True))
        state = ConsentState.objects.get(channel="sms")
        assert state.allowed
        assert state.event.proof == {"note": "Called and asked for it."}

    @pytest.mark.parametrize("name", ["withdraw_consent", "record_consent"])
    def test_looking_writes_nothing_and_strangers_may_not(self, world, as_role, client, name):
        assert as_role("support").get(page_of(world, name)).status_code == 405
        assert client.post(page_of(world, name)).status_code == 302


class TestTexts:
    WORDS = {
        "about": "channel:email",
        "purpose": "marketing",
        "locale": "en",
        "body": "We write.",
    }

    def write(self, client, **more):
        url = reverse("admin:customers_consenttext_add")
        response = client.post(url, self.WORDS | more)
        assert response.status_code == 302, text_of(response)
        return ConsentText.objects.latest("id")

    def publish(self, client, text):
        url = reverse("admin:customers_consenttext_publish", args=[text.pk])
        assert client.get(url).status_code == 200
        text.refresh_from_db()
        assert text.published_at is None
        client.post(url, {"_form_submitted": "on"})
        text.refresh_from_db()

    def test_a_draft_is_written_changed_and_published_then_fixed(self, world, as_role):
        client = as_role("marketer")
        text = self.write(client)
        url = reverse("admin:customers_consenttext_change", args=[text.pk])
        assert client.post(url, self.WORDS | {"body": "We write on Fridays."}).status_code == 302
        self.publish(client, text)
        assert (text.published_at is not None, text.body) == (True, "We write on Fridays.")
        assert client.post(url, self.WORDS | {"body": "Anything."}).status_code == 403
        page = text_of(client.get(url))
        assert "We write on Fridays." in page
        assert "Write a new version" in page
        assert "stay in the local outbox" in page

    def test_versions_are_counted_and_compared(self, world, as_role, noon):
        client = as_role("marketer")
        first = self.write(client)
        self.publish(client, first)
        noon.advance(noon.now() - noon.now().replace(hour=0))
        second = self.write(client, body="We write on Fridays.")
        self.publish(client, second)
        page = text_of(client.get(reverse("admin:customers_consenttext_changelist")))
        assert ("replaced" in page, "in force" in page) == (True, True)
        compare = reverse("admin:customers_consenttext_compare", args=[second.pk])
        assert "<ins" in text_of(client.get(compare))
        add = reverse("admin:customers_consenttext_add") + f"?after={second.pk}"
        assert "We write on Fridays." in text_of(client.get(add))

    @pytest.mark.parametrize("wrong", [{"body": " "}, {"about": ""}, {"purpose": "a:b"}])
    def test_what_cannot_be_a_text_is_refused(self, world, as_role, wrong):
        url = reverse("admin:customers_consenttext_add")
        assert as_role("marketer").post(url, self.WORDS | wrong).status_code == 200
        assert ConsentText.objects.filter(origin="here").count() == 1  # the world's own

    def test_a_text_that_omits_a_recipient_is_flagged(self, world, as_role, monkeypatch):
        monkeypatch.setattr(recipients, "_finders", [lambda: [Recipient("Posta AŞ", "mail", "TR")]])
        client = as_role("marketer")
        self.publish(client, self.write(client))
        url = reverse("admin:customers_consenttext_changelist")
        assert "omits a recipient" in text_of(client.get(url))
        assert not recipients.omitted_by("Gönderen: POSTA AŞ")

    def test_a_support_agent_writes_no_texts(self, world, as_role):
        assert as_role("support").get(reverse("admin:customers_consenttext_add")).status_code == 403


def test_changes_word_by_word():
    before, after = "We write to you.", "We sometimes write to you!"
    pieces = changes(before, after)
    assert "".join(words for kind, words in pieces if kind != "new") == before
    assert "".join(words for kind, words in pieces if kind != "gone") == after
    assert [words.strip() for kind, words in pieces if kind == "new"] == ["sometimes", "you!"]


class TestTheSuppressionList:
    URL = "/admin/customers/suppression/lookup/"

    def test_an_address_is_looked_up_suppressed_and_lifted_by_typing_it(self, world, as_role):
        client = as_role("administrator")
        typed = {"channel": "email", "address": " Ann@Example.com "}
        assert "not on the list" in text_of(client.post(self.URL, typed))
        client.post(self.URL, typed | {"do": "suppress", "reason": "complained"})
        row = Suppression.objects.get()
        assert row.fingerprint == fingerprint("email", "ann@example.com")
        assert "reported as spam" in text_of(client.post(self.URL, typed))
        page = text_of(client.get(reverse("admin:customers_suppression_changelist")))
        assert "ann@" not in page.lower()
        refused = client.post(self.URL, typed | {"do": "lift", "reason": "added_by_mistake"})
        assert "The person wanted this" in text_of(refused)
        client.post(self.URL, typed | {"do": "lift", "reason": "asked_by_customer"})
        assert not Suppression.objects.exists()

    def test_a_number_as_people_write_it(self, world, as_role):
        typed = {
            "channel": "sms",
            "address": "(087) 123 4567",
            "do": "suppress",
            "reason": "manual",
        }
        as_role("support").post(self.URL, typed)
        assert Suppression.objects.get().fingerprint == fingerprint("sms", "+353871234567")

    def test_only_an_administrator_takes_one_off(self, world, as_role):
        typed = {"channel": "email", "address": "ann@example.com"}
        client = as_role("support")
        client.post(self.URL, typed | {"do": "suppress", "reason": "manual"})
        page = text_of(client.post(self.URL, typed))
        assert "Take it off the list" not in page
        lifted = client.post(self.URL, typed | {"do": "lift", "reason": "added_by_mistake"})
        assert lifted.status_code == 403

    def test_what_is_no_address_is_said(self, world, as_role):
        response = as_role("support").post(self.URL, {"channel": "email", "address": "nonsense"})
        assert response.status_code == 200
        assert "v-note-bad" in text_of(response)
