"""Where the columns of a list of customers can go, and how systems call them."""

from collections.abc import Mapping, Sequence
from typing import Final

from django.utils.translation import gettext_lazy as _

from customers.models import Attribute
from customers.values import Definition

from . import address_columns
from .contents import Option, Target, names
from .problems import Text

PERSON: Final = _("Person")
CONTACT: Final = _("Contact")
ADDRESS: Final = _("Address")
RECOGNISED: Final = _("Recognised by")
CONSENT: Final = _("Consent")
OWN: Final = _("Custom attributes")
OTHER: Final = _("Other")


FIELDS: Final = (
    Target(
        "first_name",
        _("first name"),
        PERSON,
        names("First Name, firstname, given name, billing first name, Ad, Adı, İsim, fname"),
    ),
    Target(
        "last_name",
        _("last name"),
        PERSON,
        names(
            "Last Name, lastname, surname, family name, billing last name, Soyad, Soyadı",
            "Soyisim, lname",
        ),
    ),
    Target(
        "full_name",
        _("full name"),
        PERSON,
        names(
            "Name, Full Name, Customer Name, Ad Soyad, Adı Soyadı, İsim Soyisim, Müşteri",
            "Müşteri Adı, display name",
        ),
        help=_("Cut before the last word; one word alone is the first name."),
    ),
    Target(
        "birth_date",
        _("birth date"),
        PERSON,
        names("Birthday, Birth Date, Date of Birth, Birthdate, DOB, Doğum Tarihi, Doğum Günü"),
    ),
    Target("gender", _("gender"), PERSON, names("Gender, Sex, Cinsiyet")),
    Target(
        "kind",
        _("kind"),
        PERSON,
        names("Customer Type, Müşteri Tipi, Müşteri Türü"),
        help=_("consumer or business"),
    ),
    Target(
        "company",
        _("company"),
        PERSON,
        names("Company, Default Address Company, billing company, Organization, Firma, Şirket"),
    ),
    Target(
        "language",
        _("language"),
        PERSON,
        names("Language, Locale, Dil, preferred language, user language"),
    ),
    Target(
        "adviser",
        _("sales adviser"),
        PERSON,
        names("Sales Adviser, Adviser, Sales Rep, Danışman, Satış Danışmanı"),
        help=_("By the adviser's id in the shop."),
    ),
    Target(
        "email",
        _("e-mail"),
        CONTACT,
        names(
            "Email, E-mail, Email Address, Mail, billing email, E-posta, Eposta",
            "E-posta Adresi, user email, e mail adresi",
        ),
    ),
    Target(
        "phone",
        _("phone"),
        CONTACT,
        names(
            "Phone, Phone Number, Mobile, Mobile Phone, Telephone, Tel, billing phone",
            "Telefon, Telefon Numarası, Cep Telefonu, Cep, GSM, sms phone number",
        ),
    ),
    Target(
        "second_phone",
        _("phone, if none was given"),
        CONTACT,
        names("Default Address Phone, shipping phone"),
    ),
    Target(
        "country",
        _("country"),
        ADDRESS,
        names(
            "Country, Country Code, Country / Region, Default Address Country Code, Ülke",
            "billing country, Ülke Kodu",
        ),
    ),
    Target(
        "region",
        _("region"),
        ADDRESS,
        names(
            "State / Region, State, Province, Province Code, Region, billing state, Bölge",
            "Default Address Province Code, Eyalet",
        ),
    ),
    Target(
        "city",
        _("city"),
        ADDRESS,
        names("City, Town, billing city, Default Address City, Şehir, İl, Kent"),
    ),
    Target(
        "postal_code",
        _("postal code"),
        ADDRESS,
        names(
            "Zip, Zip Code, Postal Code, Postcode, Default Address Zip, billing postcode",
            "Posta Kodu",
        ),
    ),
    Target(
        "address_line_1",
        _("address"),
        ADDRESS,
        names(
            "Address, Address1, Address 1, Address Line 1, Street, Adres",
            "Default Address Address1, billing address 1",
        ),
    ),
    Target(
        "address_line_2",
        _("address, second line"),
        ADDRESS,
        names(
            "Address2, Address 2, Address Line 2, Default Address Address2",
            "billing address 2, Adres 2",
        ),
    ),
    Target("zone", _("time zone"), ADDRESS, names("Timezone, Time Zone, Zone, Saat Dilimi")),
    Target(
        "external_id",
        _("id in a system"),
        RECOGNISED,
        names(
            "Customer ID, ID, User ID, Klaviyo ID, LEID, EUID, External ID, customer user",
            "Müşteri No, Müşteri Numarası, Müşteri ID, Üye No",
        ),
        many=True,
        asks=("source",),
    ),
    Target(
        "consent",
        _("consent"),
        CONSENT,
        names(
            "Accepts Email Marketing, Accepts Marketing, Accepts SMS Marketing, OPTIN_TIME",
            "Email Marketing Consent, SMS Marketing Consent, subscribed_to_emails",
            "UNSUB_TIME, Newsletter, Email Opt In, SMS Opt In, Subscribed",
            "CLEAN_TIME, Unsubscribed, Opted Out, Opt Out, Email Opt Out, SMS Opt Out",
            "Unsubscribed from all email, Do Not Email, Email Ret, SMS Ret",
            "Marketing Consent, E-posta İzni, SMS İzni, Ticari İleti İzni, Bülten, İzin",
        ),
        many=True,
        asks=("channel", "meaning", "yes", "no", "date_column", "source", "evidence", "decided"),
    ),
    Target(
        "consent_date",
        _("date of a consent"),
        CONSENT,
        names("CONFIRM_TIME, Consent Date, Email Marketing Consent Timestamp, İzin Tarihi"),
        many=True,
        help=_("Read by the consent column that names it."),
    ),
    Target(
        "signed_up_at",
        _("signed up"),
        OTHER,
        names(
            "Sign Up, Signed Up, created_at, Created At, Profile Created On, Registered",
            "Üyelik Tarihi, Kayıt Tarihi, Date Added, user registered",
        ),
    ),
    Target(
        "tags",
        _("tags"),
        OTHER,
        names("Tags, TAGS, labels, Etiketler"),
        asks=("key",),
        help=_("Separated by commas; kept as a list under this key."),
    ),
    Target("description", _("description"), OTHER, names("Note, Notes, Description, Not, Notlar")),
)

OPTIONS: Final = (
    Option(
        "identify_by",
        _("recognise customers by"),
        (
            ("external_id", _("their id in a system")),
            ("email", _("their e-mail address")),
            ("phone", _("their phone number")),
        ),
        many=True,
        preset=("external_id", "email"),
    ),
    Option(
        "mode",
        _("customers to write"),
        (
            ("both", _("create new ones and change known ones")),
            ("create", _("only create new ones")),
            ("update", _("only change known ones")),
        ),
    ),
    Option(
        "empty",
        _("an empty cell"),
        (("keep", _("keeps what is stored")), ("clear", _("clears what is stored"))),
    ),
    Option(
        "repeated",
        _("rows about the same customer"),
        (("last", _("the last one wins")), ("first", _("the first one wins"))),
    ),
)

ATTRIBUTE: Final = "attribute:"
METADATA: Final = "metadata:"

FIELD_LABELS: Final[Mapping[str, Text]] = {
    **{target.key: target.label for target in FIELDS},
    "addresses": _("further addresses"),
}


def targets() -> Sequence[Target]:
    """The fields above and every attribute in use; `metadata:<key>` is one without an entry."""
    own = [
        Target(f"{ATTRIBUTE}{one.key}", one.name, OWN, (one.key, one.name))
        for one in Attribute.objects.filter(retired_at=None)
    ]
    return [*FIELDS, *address_columns.TARGETS, *own]


def attribute_definitions() -> dict[str, Definition]:
    """What the reader must know of attributes, by key."""
    return {
        one.key: Definition(one.key, one.type, tuple(one.choices), one.currency)
        for one in Attribute.objects.all()
    }
