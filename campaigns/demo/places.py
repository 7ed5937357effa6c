"""Where relocated customers live: at least one place for every UTC offset that is in use.

Offsets change with the seasons, so there is a place for every pair of January's and July's offset.
A test compares this list with the time zone database in use.
"""

from typing import Final, NamedTuple

PEOPLE_PER_PLACE: Final = 6


class Place(NamedTuple):
    """`zone` is told by the customer; `country` is empty where no country keeps that time."""

    zone: str
    country: str
    city: str
    language: str


def _places(table: str) -> tuple[Place, ...]:
    return tuple(Place(*map(str.strip, row.split("|"))) for row in table.strip().splitlines())


PLACES: Final = _places("""
Etc/GMT+12                     |    |                  | en
Pacific/Pago_Pago              | AS | Pago Pago        | en
Pacific/Honolulu               | US | Honolulu         | en
America/Adak                   | US | Adak             | en
Pacific/Marquesas              | PF | Taiohae          | fr
Pacific/Gambier                | PF | Rikitea          | fr
America/Anchorage              | US | Anchorage        | en
Pacific/Pitcairn               | PN | Adamstown        | en
America/Los_Angeles            | US | San Francisco    | en
America/Phoenix                | US | Phoenix          | en
America/Denver                 | US | Denver           | en
America/Mexico_City            | MX | Ciudad de México | es
America/Chicago                | US | Chicago          | en
Pacific/Easter                 | CL | Hanga Roa        | es
America/Bogota                 | CO | Bogotá           | es
America/New_York               | US | New York         | en
America/Puerto_Rico            | PR | San Juan         | es
America/Halifax                | CA | Halifax          | en
America/St_Johns               | CA | St. John's       | en
America/Santiago               | CL | Santiago         | es
America/Argentina/Buenos_Aires | AR | Buenos Aires     | es
America/Miquelon               | PM | Saint-Pierre     | fr
America/Noronha                | BR | Noronha          | pt
America/Nuuk                   | GL | Nuuk             | da
Atlantic/Cape_Verde            | CV | Praia            | pt
Atlantic/Azores                | PT | Ponta Delgada    | pt
Atlantic/Reykjavik             | IS | Reykjavík        | is
Antarctica/Troll               | AQ | Troll            | nb
Africa/Lagos                   | NG | Lagos            | en
Africa/Johannesburg            | ZA | Johannesburg     | en
Europe/Athens                  | GR | Αθήνα            | el
Asia/Kuwait                    | KW | Kuwait City      | ar
Asia/Tehran                    | IR | Tehran           | fa
Asia/Dubai                     | AE | Dubai            | ar
Asia/Kabul                     | AF | Kabul            | fa
Asia/Karachi                   | PK | Karachi          | en
Asia/Kolkata                   | IN | Mumbai           | en
Asia/Kathmandu                 | NP | Kathmandu        | ne
Asia/Dhaka                     | BD | Dhaka            | bn
Asia/Yangon                    | MM | Yangon           | my
Asia/Bangkok                   | TH | Bangkok          | th
Asia/Singapore                 | SG | Singapore        | en
Australia/Eucla                | AU | Eucla            | en
Asia/Tokyo                     | JP | 東京             | ja
Australia/Darwin               | AU | Darwin           | en
Australia/Brisbane             | AU | Brisbane         | en
Australia/Adelaide             | AU | Adelaide         | en
Australia/Sydney               | AU | Sydney           | en
Australia/Lord_Howe            | AU | Lord Howe Island | en
Pacific/Guadalcanal            | SB | Honiara          | en
Pacific/Norfolk                | NF | Kingston         | en
Pacific/Fiji                   | FJ | Suva             | en
Pacific/Auckland               | NZ | Auckland         | en
Pacific/Apia                   | WS | Apia             | en
Pacific/Chatham                | NZ | Waitangi         | en
Pacific/Kiritimati             | KI | London           | en
""")
"""London (0, +1) and Berlin (+1, +2) are missing: there the shop had customers of its own."""

TURKISH: Final = (
    "İstanbul",
    "Ankara",
    "İzmir",
    "Bursa",
    "Antalya",
    "Eskişehir",
    "Diyarbakır",
    "Muğla",
)
IRISH: Final = (
    "Dublin",
    "Cork",
    "Galway",
    "Limerick",
    "Waterford",
    "Kilkenny",
    "Sligo",
    "Dún Laoghaire",
)
PEOPLE_PER_HOLIDAY_COUNTRY: Final = 72

CITIES: Final[dict[str, tuple[str, ...]]] = {
    "GB": (
        "London", "Manchester", "Birmingham", "Leeds", "Glasgow", "Edinburgh", "Bristol", "Cardiff",
        "Belfast", "Liverpool", "Sheffield", "Newcastle upon Tyne", "Nottingham", "Brighton",
        "York", "Bath", "Norwich", "Exeter", "Oxford", "Cambridge", "Aberdeen", "Swansea", "Hull",
    ),
    "DE": ("Berlin", "Hamburg", "München", "Köln", "Leipzig", "Düsseldorf"),
    "FR": ("Paris", "Lyon", "Marseille", "Nantes", "Besançon"),
    "IE": IRISH,
    "TR": TURKISH,
    "ES": ("Madrid", "Barcelona", "A Coruña", "Cádiz"),
    "IT": ("Roma", "Milano", "Torino"),
    "PT": ("Lisboa", "Porto", "Évora"),
    "BE": ("Bruxelles", "Gent", "Liège"),
    "CH": ("Zürich", "Genève", "Basel"),
    "NL": ("Amsterdam", "Utrecht"),
    "SE": ("Stockholm", "Malmö"),
    "NO": ("Oslo", "Tromsø"),
    "FI": ("Helsinki", "Jyväskylä"),
    "DK": ("København", "Århus"),
    "AT": ("Wien", "Graz"),
    "PL": ("Warszawa", "Łódź"),
    "JE": ("Saint Helier",),
    "AU": ("Melbourne", "Perth"),
    "CA": ("Toronto", "Montréal"),
    "US": ("Boston", "Seattle"),
    "JP": ("東京", "大阪"),
    "GR": ("Αθήνα",),
    "CY": ("Λευκωσία",),
    "LT": ("Vilnius",),
    "BR": ("São Paulo",),
    "AE": ("Dubai",),
}  # fmt: skip
"""Cities of customers who live where the shop knew them."""

LANGUAGES: Final = {
    "GB": "en", "IE": "en", "TR": "tr", "DE": "de", "FR": "fr", "ES": "es", "IT": "it", "PT": "pt",
    "BE": "fr", "CH": "de", "NL": "nl", "SE": "sv", "NO": "nb", "FI": "fi", "DK": "da", "AT": "de",
    "PL": "pl", "JP": "ja", "GR": "el", "CY": "el", "LT": "lt", "BR": "pt", "AE": "ar",
}  # fmt: skip
