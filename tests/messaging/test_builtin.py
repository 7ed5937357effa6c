"""Messages that come with the program: always there, with today's words, not for campaigns."""

import pytest
from django.urls import reverse

from campaigns.admin.forms import CampaignForm
from messaging import builtin
from messaging.builtin import CONFIRM, template_of
from messaging.models import Template, TemplateVersion
from messaging.rendering import prepare
from tests.factories import NOON, StaffUserFactory

pytestmark = pytest.mark.django_db


def test_it_is_made_once_and_follows_the_words_of_the_program(monkeypatch) -> None:
    first = template_of(CONFIRM, at=NOON)
    assert template_of(CONFIRM, at=NOON) == first
    assert TemplateVersion.objects.count() == len(builtin._WORDS[CONFIRM])
    subject, body = builtin._WORDS[CONFIRM]["en"]
    monkeypatch.setitem(builtin._WORDS[CONFIRM], "en", (f"{subject}!", body))
    template_of(CONFIRM, at=NOON)
    newest = first.versions.filter(language="en").latest("number")
    assert (newest.number, newest.subject) == (2, f"{subject}!")


@pytest.mark.parametrize("language", ["en", "tr"])
def test_its_words_hold_the_link(language: str) -> None:
    subject, body = builtin._WORDS[CONFIRM][language]
    values = {
        "opt_in": {"confirm_url": "https://example.com/c/x/", "text": None},
        "brand": {"name": "Kelebek", "postal_address": None},
    }
    rendered = prepare(subject, body).render(values)
    assert rendered.html.count("https://example.com/c/x/") >= 2
    assert "https://example.com/c/x/" in rendered.text
    assert "Kelebek" in rendered.subject


def test_nobody_edits_it_and_no_campaign_sends_it(client) -> None:
    template = template_of(CONFIRM, at=NOON)
    own = Template.objects.create(name="Own", created_at=NOON)
    assert list(CampaignForm().fields["template"].queryset) == [own]
    client.force_login(
        StaffUserFactory(is_superuser=True),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    url = reverse("admin:messaging_template_change", args=[template.pk])
    assert client.get(url).status_code == 200
    assert client.post(url, {"language": "en", "subject": "x", "body": "y"}).status_code == 403
