"""Messages are kept with their content until the person is erased; then nothing of them stays."""

from django.utils.translation import gettext_lazy as _

from customers.rights import Holding, hold, impersonal
from messaging.models import Delivery, OutboxMessage, Template, TemplateVersion


def declare() -> None:
    """Called once, when the app is ready."""
    hold(
        Holding(
            model=Delivery,
            kind="messages",
            title=_("Messages"),
            owner="identity__customer",
            shown=("public_id", "channel", "state", "reason", "created_at", "finished_at"),
            also={"template": "template__name"},
            internal=(
                *("id", "identity", "source_kind", "source_id", "occurrence_key", "step"),
                *("template", "template_version", "voucher_id", "not_before", "claimed_at"),
            ),
        )
    )
    hold(
        Holding(
            model=OutboxMessage,
            kind="content",
            title=_("Content of messages"),
            owner="delivery__identity__customer",
            within="delivery",
            shown=("to_address", "from_address", "subject", "text", "html", "created_at"),
            internal=("id", "delivery", "headers"),
        )
    )
    impersonal(
        Template,
        *("id", "brand", "name", "builtin", "created_at"),
        because="words for everybody",
    )
    impersonal(
        TemplateVersion,
        *("id", "template", "number", "language", "subject", "body", "created_at"),
        because="words for everybody",
    )
