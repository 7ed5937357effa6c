"""Writing the words people agree to. A published text is never changed: a new one is written."""

import hashlib
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from config.shared import audit
from config.shared.actors import Actor
from config.shared.errors import BadInput, Refused
from customers.models import Channel, ConsentText, DataCategory, TextOrigin

LONGEST = 20_000  # characters


def save_text(*, text: ConsentText, actor: Actor) -> ConsentText:
    """Write a draft as it is in memory, new or changed. Locks the stored row.

    Raises BadInput for a text that cannot be, Refused for one that is published.
    """
    text.body = text.body.strip()
    _check(text)
    text.sha256 = hashlib.sha256(text.body.encode()).hexdigest()
    with transaction.atomic():
        before = ConsentText.objects.select_for_update().filter(pk=text.pk).first()
        if before is not None and (before.published_at or before.origin != TextOrigin.HERE):
            raise Refused(
                _("A published text is never changed: people agreed to its words."),
                details=_("Write a new version instead."),
            )
        text.origin, text.published_at = TextOrigin.HERE, None
        text.save()
        action = "consent_text.changed" if before else "consent_text.written"
        audit.record(actor=actor, action=action, of=text, fields=["body"])
    return text


def publish_text(*, text_id: int, actor: Actor, at: datetime) -> ConsentText:
    """Put a draft into force: our pages show it from now on. A second time changes nothing."""
    with transaction.atomic():
        text = ConsentText.objects.select_for_update().get(pk=text_id)
        if text.published_at is None:
            text.published_at = at
            text.save(update_fields=["published_at"])
            audit.record(
                actor=actor, action="consent_text.published", of=text, fields=["published_at"]
            )
    return text


def _check(text: ConsentText) -> None:
    if not text.body or len(text.body) > LONGEST or "\x00" in text.body:
        raise BadInput(_("A text has 1 to %(most)d characters.") % {"most": LONGEST})
    if not 1 <= len(text.purpose.strip()) <= 40 or ":" in text.purpose:
        raise BadInput(_("Name the purpose, such as marketing, without a colon."))
    if not 2 <= len(text.locale) <= 10:
        raise BadInput(_("Choose the language of the text."))
    known = text.channel in Channel.values or text.data_category in DataCategory.values
    if bool(text.channel) == bool(text.data_category) or not known:
        raise BadInput(_("Choose what the text is about: a channel or a kind of data."))
