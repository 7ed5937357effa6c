"""Who acts in a story: colleagues by their forms, the shop by its calls, time by its passing."""

import json
from datetime import UTC, datetime
from io import StringIO

from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign
from messaging.models import OutboxMessage, Template
from rewards.models import Promotion, Voucher
from segments.models import Segment
from tests.customers.api.conftest import Shop
from tests.factories import StaffUserFactory

MJML = "<mjml><mj-body><mj-section><mj-column>{}</mj-column></mj-section></mj-body></mjml>"
CODE = "<mj-text>{{ offer.benefits }}: {{ code.code }}</mj-text><mj-text>{{ reason }}</mj-text>"

SHIPPING = "prod_5h1pp1ng"


def moment(written):
    """“2026-03-17 09:00” in UTC."""
    return datetime.strptime(written, "%Y-%m-%d %H:%M").replace(tzinfo=UTC)


class Days:
    """Time. The worker runs at every moment that a story names, as it does every minute."""

    def __init__(self, frozen):
        self._frozen = frozen

    def reach(self, written):
        """Come to that moment, UTC, and do what is due; returns what the worker says it did."""
        at = moment(written)
        self._frozen.set(at)
        out = StringIO()
        call_command("tick", "--at", at.isoformat(), stdout=out)
        return json.loads(out.getvalue())


class BackOffice:
    """A colleague in the admin, of one of the groups."""

    def __init__(self, group):
        self.client = Client()
        user = StaffUserFactory(email=f"{group.lower().replace(' ', '.')}@x.test", groups=[group])
        self.client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")

    def post(self, name, typed, *args):
        return self.client.post(reverse(f"admin:{name}", args=args), typed)

    def _saved(self, name, typed):
        response = self.post(name, typed)
        assert response.status_code == 302, complaints(response)

    def offer(self, name, *effects, **typed):
        """An offer; each effect is what is typed into its row."""
        self._saved(
            "rewards_promotion_add",
            {
                "name": name,
                "active": "on",
                "currency": "GBP",
                "code_pattern": "GIFT-####-####-####",
                "uses_per_code": "1",
                "holder_only": "on",
                "effects-TOTAL_FORMS": str(len(effects)),
                "effects-INITIAL_FORMS": "0",
                "conditions-TOTAL_FORMS": "0",
                "conditions-INITIAL_FORMS": "0",
                **{
                    f"effects-{row}-{field}": value
                    for row, effect in enumerate(effects)
                    for field, value in effect.items()
                },
                **typed,
            },
        )
        return Promotion.objects.get(name=name)

    def message(self, name, subject, body=CODE):
        typed = {"name": name, "language": "en", "subject": subject, "body": MJML.format(body)}
        self._saved("messaging_template_add", typed)
        return Template.objects.get(name=name)

    def segment(self, name, rules):
        self._saved("segments_segment_add", {"name": name, "rules": json.dumps(rules)})
        return Segment.objects.get(name=name)

    def launch(self, name, *, message, offer, segment=None, **typed):
        """A campaign, from its form to being live."""
        self._saved(
            "campaigns_campaign_add",
            {
                "name": name,
                "segment": segment.pk if segment else "",
                "promotion": offer.pk,
                "template": message.pk,
                "occasion": "birthday",
                "leap_policy": "feb_28",
                "offset_days": "0",
                "send_time": "09:00",
                "max_lateness": "360",
                **typed,
            },
        )
        campaign = Campaign.objects.get(name=name)
        self.post("campaigns_campaign_launch", {"_form_submitted": "on"}, campaign.pk)
        campaign.refresh_from_db()
        assert campaign.state == "live"
        return campaign


def complaints(response):
    """Everything that a form complained about, as one text."""
    if not response.context or "adminform" not in response.context:
        return f"{response.status_code}"
    texts = [str(response.context["adminform"].form.errors)]
    for inline in response.context.get("inline_admin_formsets", ()):
        texts += [str(inline.formset.errors), str(inline.formset.non_form_errors())]
    return " ".join(texts)


class Storefront(Shop):
    """The shop's server."""

    def tell(self, path, body):
        response = self.post(path, body)
        assert response.status_code == 200, response.content
        return response.json()

    def customer(self, source_id, *, wants_mail=True, **told):
        """Somebody registers, and agrees to be written to."""
        told.setdefault("email", f"{source_id.lower()}@x.test")
        self.tell("customers", {"source_id": source_id, "language": "en", **told})
        if wants_mail:
            self.consent(source_id, "granted", channel="email")

    def consent(self, source_id, action, **about):
        who = {"customer": {"source_id": source_id}, "source": "account"}
        self.tell("consents", {**who, "action": action, **about})

    def order(self, source_id, number, *items, at=None):
        """A paid order of (product, price)."""
        body = {
            "source_id": number,
            "status": "PAID",
            "customer": {"source_id": source_id},
            "items": [{"source_id": code, "quantity": 1, "price": price} for code, price in items],
        }
        return self.tell("orders", body | ({"created_at": at} if at else {}))

    def redeem(self, code, source_id, *items):
        """The answer to paying a cart of (product, amount) with the code."""
        amount = sum(price for _product, price in items)
        lines = [
            {"product_id" if product == SHIPPING else "source_id": product, "amount": price}
            for product, price in items
        ]
        return self.post(
            "redemptions",
            {
                "redeemables": [{"object": "voucher", "id": code}],
                "customer": {"source_id": source_id},
                "order": {"currency": "GBP", "amount": amount, "items": lines},
            },
        )


def mailbox():
    """Who got what, in the order of sending: pairs of address and subject."""
    return list(OutboxMessage.objects.order_by("pk").values_list("to_address", "subject"))


def newest_code():
    """The code in the message that left last."""
    return Voucher.objects.get(pk=OutboxMessage.objects.latest("pk").delivery.voucher_id).code
