"""What keeps a campaign from being launched, for its screens and for the launch itself."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from campaigns.errors import Problem
from campaigns.models import Campaign, OccasionKind
from campaigns.occasions import holiday_of
from messaging import linting
from messaging.errors import TemplateError
from messaging.selectors import newest_versions
from rewards.models import Promotion
from segments.errors import RuleError
from segments.rules.parser import parse

OFFER_VARIABLES = ("offer.", "code.")


def problems(campaign: Campaign, *, at: datetime) -> list[Problem]:
    """Everything that is missing or wrong, in the order of the form; empty when it may start."""
    return [
        *_of_the_audience(campaign),
        *_of_the_offer(campaign, at),
        *_of_the_message(campaign),
        *_of_the_occasion(campaign, at),
    ]


def _of_the_audience(campaign: Campaign) -> Iterator[Problem]:
    if campaign.segment is not None:
        try:
            parse(campaign.segment.rules)
        except RuleError as error:
            yield Problem("segment", str(error))


def _of_the_offer(campaign: Campaign, at: datetime) -> Iterator[Problem]:
    offer = campaign.promotion
    if offer is None:
        return
    if not Promotion.objects.running(at=at).filter(pk=offer.pk).exists():
        yield Problem("promotion", _("The offer is switched off or outside its dates."))
    if not offer.effects.exists():
        yield Problem("promotion", _("The offer takes nothing off yet; give it an effect."))


def _of_the_message(campaign: Campaign) -> Iterator[Problem]:
    if campaign.template is None:
        yield Problem("template", _("Choose the message."))
        return
    versions = newest_versions([campaign.template.pk]).by_template.get(campaign.template.pk, {})
    if not versions:
        yield Problem("template", _("The message has no words yet; write them first."))
    named: set[str] = set()
    for version in versions.values():
        words = {"subject": version.subject, "body": version.body}
        try:
            findings = linting.check_template(**words)
        except TemplateError as error:
            yield Problem("template", str(error))
            continue
        for finding in findings:
            yield Problem("template", str(finding))
        named.update(p for p in linting.paths_in(**words) if p.startswith(OFFER_VARIABLES))
    if named and campaign.promotion is None:
        yield Problem(
            "promotion",
            _("The message speaks of %(names)s, so choose an offer.")
            % {"names": ", ".join(sorted(named))},
        )


def _of_the_occasion(campaign: Campaign, at: datetime) -> Iterator[Problem]:
    if campaign.occasion != OccasionKind.HOLIDAY:
        return
    if not (campaign.holiday_country and campaign.holiday_key):
        yield Problem("holiday_key", _("Choose the country and the holiday."))
    # Some holidays are not held every year, so the next one is looked for as well.
    elif not any(holiday_of(campaign, year=at.year + ahead) for ahead in (0, 1)):
        yield Problem(
            "holiday_key",
            _("%(country)s has no holiday “%(key)s”.")
            % {"country": campaign.holiday_country, "key": campaign.holiday_key},
        )
