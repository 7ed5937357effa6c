"""What a marketer of the demo shop would have made: audiences, offers, messages, campaigns."""

from collections.abc import Callable, Sequence
from datetime import datetime, time
from decimal import Decimal
from importlib.resources import files
from typing import Any, Final, NamedTuple

from campaigns.models import Campaign, CampaignState, OccasionKind
from campaigns.services.campaigns import create_campaign, launch
from config.shared.actors import SYSTEM
from customers.models import ConsentText, TextOrigin
from customers.services.consent_texts import publish_text, save_text
from messaging.models import Template
from messaging.services.templates import create_template, save_template_version
from rewards.models import Promotion
from rewards.services.promotions import EffectDraft, create_promotion
from segments.models import Segment
from segments.services.segments import save_segment

AUDIENCES: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "Bought this year": (
        "At least one order, the last one within a year, no newcomers of this week.",
        {
            "op": "and",
            "rules": [
                {"field": "orders.count", "cmp": "gte", "value": 1},
                {"field": "orders.last", "cmp": "in_last", "value": {"last": 12, "unit": "month"}},
                {
                    "field": "profile.signed_up",
                    "cmp": "more_than_ago",
                    "value": {"last": 7, "unit": "day"},
                },
            ],
        },
    ),
    "Regulars who read e-mails": (
        "At least two orders worth £100 together, and e-mails are welcome.",
        {
            "op": "and",
            "rules": [
                {"field": "orders.count", "cmp": "gte", "value": 2},
                {"field": "orders.sum", "cmp": "gte", "value": 10_000, "currency": "GBP"},
                {"field": "consent.email", "cmp": "is", "value": True},
            ],
        },
    ),
}


class Offer(NamedTuple):
    code_pattern: str
    effects: Sequence[EffectDraft]
    code_lifetime_days: int
    minimum_amount: int | None = None


OFFERS: Final = {
    "Birthday present": Offer(
        "BDAY-####-####-####",
        [EffectDraft("amount", amount=2_000), EffectDraft("free_shipping")],
        code_lifetime_days=14,
    ),
    "St Patrick's Day": Offer(
        "CLOVER-####-####-####",
        [EffectDraft("percent", percent=Decimal(17), cap_amount=5_000)],
        code_lifetime_days=3,
        minimum_amount=3_000,
    ),
    "Cumhuriyet Bayramı": Offer(
        "BAYRAM-####-####-####",
        [EffectDraft("percent", percent=Decimal(29), cap_amount=10_000)],
        code_lifetime_days=5,
        minimum_amount=3_000,
    ),
}

SUBJECTS: Final = {
    "birthday": {
        "en": "A present for your birthday, {{ customer.first_name | default: 'dear customer' }}",
        "tr": "Doğum gününüz kutlu olsun,"
        " {{ customer.first_name | default: 'sevgili müşterimiz' }}",
    },
    "holiday": {
        "en": "{{ occasion.name }}: something for you",
        "tr": "{{ occasion.name }} kutlu olsun",
    },
}
TEMPLATES: Final = {"Birthday": "birthday", "Holiday": "holiday"}


CONSENT_TEXTS: Final = {
    ("email", ""): {
        "en": "Yes, send me offers by e-mail. I can withdraw this at any time, with one click in "
        "every message.",
        "tr": "Evet, bana e-posta ile kampanya gönderin. Bu izni her iletideki bağlantıyla "
        "istediğim zaman geri alabilirim.",
    },
    ("", "BROWSE_HISTORY"): {
        "en": "Yes, use what I look at in the shop to choose offers for me. Nobody else gets it.",
        "tr": "Evet, mağazada baktıklarımı bana uygun kampanyaları seçmek için kullanın. "
        "Başka kimseyle paylaşılmaz.",
    },
    ("", "SEARCH_HISTORY"): {
        "en": "Yes, use what I search for in the shop to choose offers for me. Nobody else gets "
        "it.",
        "tr": "Evet, mağazada aradıklarımı bana uygun kampanyaları seçmek için kullanın. "
        "Başka kimseyle paylaşılmaz.",
    },
}


class Plan(NamedTuple):
    audience: str
    offer: str
    template: str
    occasion: OccasionKind
    holiday_country: str = ""
    holiday_key: str = ""


CAMPAIGNS: Final = {
    "Happy birthday": Plan(
        "Bought this year", "Birthday present", "Birthday", OccasionKind.BIRTHDAY
    ),
    "St Patrick's Day": Plan(
        "Bought this year",
        "St Patrick's Day",
        "Holiday",
        OccasionKind.HOLIDAY,
        "IE",
        "st_patricks_day",
    ),
    "Cumhuriyet Bayramı": Plan(
        "Regulars who read e-mails",
        "Cumhuriyet Bayramı",
        "Holiday",
        OccasionKind.HOLIDAY,
        "TR",
        "republic_day",
    ),
}


def set_up(*, at: datetime) -> None:
    """Make what is missing, under the names above, and launch it. What exists stays as it is.

    A campaign that somebody paused or stopped stays so.
    """
    _consent_texts(at)
    for name, plan in CAMPAIGNS.items():
        campaign = Campaign.objects.filter(name=name).first() or create_campaign(
            actor=SYSTEM,
            at=at,
            name=name,
            segment=_existing(Segment, plan.audience, _audience),
            promotion=_existing(Promotion, plan.offer, lambda offer: _offer(offer, at)),
            template=_template(plan.template, at),
            occasion=plan.occasion,
            holiday_country=plan.holiday_country,
            holiday_key=plan.holiday_key,
            send_time=time(9),
        )
        if campaign.state == CampaignState.DRAFT:
            launch(campaign=campaign, actor=SYSTEM, at=at)


def _consent_texts(at: datetime) -> None:
    """What the pages behind the links ask for, in both languages, published."""
    if ConsentText.objects.filter(origin=TextOrigin.HERE).exists():
        return
    for (channel, category), words in CONSENT_TEXTS.items():
        for language, body in words.items():
            text = ConsentText(channel=channel, data_category=category, locale=language, body=body)
            save_text(text=text, actor=SYSTEM)
            publish_text(text_id=text.pk, actor=SYSTEM, at=at)


def _existing(model: Any, name: str, make: Callable[[str], Any]) -> Any:
    return model.objects.filter(name=name).first() or make(name)


def _audience(name: str) -> Segment:
    description, rules = AUDIENCES[name]
    return save_segment(name=name, rules=rules, description=description, actor=SYSTEM)


def _offer(name: str, at: datetime) -> Promotion:
    return create_promotion(
        name=name, currency="GBP", actor=SYSTEM, at=at, **OFFERS[name]._asdict()
    )


def _template(name: str, at: datetime) -> Template:
    """The template with its words in both languages, as the files beside this one say them."""
    template: Template = _existing(
        Template, name, lambda missing: create_template(name=missing, actor=SYSTEM, at=at)
    )
    words = TEMPLATES[name]
    if not template.versions.exists():
        for language, subject in SUBJECTS[words].items():
            body = files("campaigns.demo").joinpath("messages", f"{words}.{language}.mjml")
            save_template_version(
                template=template,
                subject=subject,
                body=body.read_text(encoding="utf-8"),
                language=language,
                actor=SYSTEM,
                at=at,
            )
    return template
