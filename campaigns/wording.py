"""Campaigns in sentences, in the reader's language."""

from datetime import date

from django.utils.formats import date_format, time_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from campaigns.models import Campaign, CampaignState, LeapPolicy, OccasionKind
from campaigns.occasions import holiday_of
from campaigns.overview import next_holiday
from config.shared.templatetags.vesile import country

TONES = {
    CampaignState.DRAFT: "plain",
    CampaignState.LIVE: "good",
    CampaignState.PAUSED: "wait",
    CampaignState.STOPPED: "bad",
}


def holiday_name(campaign: Campaign, *, year: int) -> str:
    """“Saint Patrick's Day (Ireland)”, or that none is chosen yet."""
    if not campaign.holiday_key:
        return _("a holiday that is not chosen yet")
    holiday = holiday_of(campaign, year=year) or holiday_of(campaign, year=year + 1)
    name = holiday.name(get_language() or "en") if holiday else campaign.holiday_key
    return _("%(holiday)s (%(country)s)") % {
        "holiday": name,
        "country": country(campaign.holiday_country),
    }


def occasion(campaign: Campaign, *, year: int) -> str:
    """The occasion and how many days before or after it the message leaves."""
    days = abs(campaign.offset_days)
    if campaign.occasion == OccasionKind.BIRTHDAY:
        if not days:
            return _("On the birthday")
        if campaign.offset_days < 0:
            sentence = ngettext(
                "%(n)s day before the birthday", "%(n)s days before the birthday", days
            )
        else:
            sentence = ngettext(
                "%(n)s day after the birthday", "%(n)s days after the birthday", days
            )
        return sentence % {"n": days}
    told = {"n": days, "holiday": holiday_name(campaign, year=year)}
    if not days:
        return _("On %(holiday)s") % told
    if campaign.offset_days < 0:
        return (
            ngettext("%(n)s day before %(holiday)s", "%(n)s days before %(holiday)s", days) % told
        )
    return ngettext("%(n)s day after %(holiday)s", "%(n)s days after %(holiday)s", days) % told


def hour(campaign: Campaign) -> str:
    return _("at %(time)s on each customer's own clock") % {
        "time": time_format(campaign.send_time, "H:i")
    }


def clock_changes() -> str:
    """What happens on the two nights when clocks change."""
    return _(
        "Where the hour is left out when clocks go forward, the message leaves at the change; "
        "where it comes twice, at the first."
    )


def leap_policy(campaign: Campaign) -> str:
    if campaign.leap_policy == LeapPolicy.MAR_1:
        return _("Who was born on 29 February is congratulated on 1 March in other years.")
    return _("Who was born on 29 February is congratulated on 28 February in other years.")


def lateness(campaign: Campaign) -> str:
    """What happens to a message that could not leave in time."""
    minutes = campaign.max_lateness
    if minutes % 60:
        span = ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
    else:
        span = ngettext("%(n)s hour", "%(n)s hours", minutes // 60) % {"n": minutes // 60}
    return _("A message may leave up to %(span)s late; after that it is not sent.") % {"span": span}


def audience(campaign: Campaign) -> str:
    """Whom it is for: the segment and, for a holiday, its country."""
    segment = campaign.segment.name if campaign.segment else _("all customers")
    if campaign.occasion == OccasionKind.HOLIDAY and campaign.only_in_country:
        return _("%(segment)s, of these the customers from %(country)s") % {
            "segment": segment,
            "country": country(campaign.holiday_country),
        }
    return segment


def next_run(campaign: Campaign, *, today: date) -> str:
    """When the next messages leave, on the customers' own clocks."""
    if campaign.state != CampaignState.LIVE:
        return "–"
    at = time_format(campaign.send_time, "H:i")
    if campaign.occasion == OccasionKind.BIRTHDAY:
        return _("every day at %(time)s") % {"time": at}
    day = next_holiday(campaign, after=today)
    if day is None:
        return _("no date known")
    return _("%(day)s at %(time)s") % {"day": date_format(day, "j M Y"), "time": at}
