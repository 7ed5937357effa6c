"""What somebody wrote about a customer, turned into what is stored: the API, forms and files alike.

Pure and quick: no database, no settings, a million rows at a time. What depends on the project (its
country, its decimal mark, the order of day and month, today) comes as an argument. Every function
gives the stored form, is idempotent on it, gives "" or None for nothing, and raises UnusableValue
with the remedy for what cannot be.
"""

from .amounts import DECIMAL_MARKS, minor_units, number
from .attributes import Definition, Stored, attribute, fits
from .dates import DAY_ORDERS, BirthDate, birth_date, check_birth_date, day, local_moment, moment
from .person import (
    boolean,
    email,
    external_id,
    gender,
    kind_of,
    language,
    name,
    source,
    split_name,
    text,
)
from .phones import country_of, national_digits, phone
from .places import country, position, zone
from .unusable import UnusableValue

__all__ = [
    "DAY_ORDERS",
    "DECIMAL_MARKS",
    "BirthDate",
    "Definition",
    "Stored",
    "UnusableValue",
    "attribute",
    "birth_date",
    "boolean",
    "check_birth_date",
    "country",
    "country_of",
    "day",
    "email",
    "external_id",
    "fits",
    "gender",
    "kind_of",
    "language",
    "local_moment",
    "minor_units",
    "moment",
    "name",
    "national_digits",
    "number",
    "phone",
    "position",
    "source",
    "split_name",
    "text",
    "zone",
]
