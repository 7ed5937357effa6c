"""Which time zone a customer lives in, and how far that is to be trusted."""

from dataclasses import dataclass

from config.shared import localtime
from config.shared.zones import zone_of_country

from .models.customer import ZoneSource
from .values import country_of


@dataclass(frozen=True, slots=True)
class Residence:
    """Where somebody's clock is; `problem` is what was given as a zone but is none."""

    zone: str
    source: ZoneSource
    problem: str = ""


def residence(
    *, given_zone: str, country: str, region: str, default_zone: str, phone: str = ""
) -> Residence:
    """Explicit zone, else the one zone of the country or region, else of the phone's country where
    no country is known, else the project's. `phone` is in E.164.

    An unknown zone never fails and never removes a customer: it is flagged.
    """
    problem = ""
    if given_zone:
        if localtime.is_zone(given_zone):
            return Residence(given_zone, ZoneSource.EXPLICIT)
        problem = given_zone[:64]
    by_address = zone_of_country(country, region) if country else None
    if by_address:
        return Residence(by_address, ZoneSource.ADDRESS, problem)
    by_phone = zone_of_country(country_of(phone)) if phone and not country else None
    if by_phone:
        return Residence(by_phone, ZoneSource.PHONE, problem)
    return Residence(default_zone, ZoneSource.DEFAULT, problem)
