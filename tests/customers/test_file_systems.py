"""Files as known systems write them: recognised, proposed, imported."""

from pathlib import Path

import pytest

from config.shared.models import Project
from customers.models import Customer
from tests.customers.filing import decide, imported, upload

pytestmark = pytest.mark.django_db

SAMPLES = Path(__file__).parent / "samples"


@pytest.mark.parametrize(
    ("name", "counts", "rejected", "person"),
    [
        (
            "shopify_customers",
            {"created": 1, "consents": 1, "withdrawals": 1},
            ["This is not an e-mail address."],
            ("Derya", "Aksoy", "+905321112233", "TR", {"tags": ["retail", "vip"]}),
        ),
        (
            "mailchimp_audience",
            {"created": 2, "consents": 1, "withdrawals": 1},
            [],
            ("Ada", "Kurt", "", "", {"tags": ["Blog", "VIP"]}),
        ),
        (
            "klaviyo_profiles",
            {"created": 1, "consents": 1},
            [],
            ("Kaan", "Su", "", "TR", {}),
        ),
        (
            "woocommerce_customers",
            {"created": 1},
            [],
            ("Nur", "de la Cruz", "+34600111222", "ES", {}),
        ),
        (
            "ghost_members",
            {"created": 1, "consents": 1},
            ["formula"],
            ("gul", "", "", "", {"tags": ["early", "reader"]}),
        ),
    ],
)
def test_a_file_of_a_known_system(name, counts, rejected, person) -> None:
    Project.objects.update(language="en")
    run = upload((SAMPLES / f"{name}.csv").read_bytes(), name=f"{name}.csv")
    assert run.detected["system"] == name.partition("_")[0]
    assert run.detected["seems"] == "customers"
    run = imported(decide(run, consent={}))
    assert run.counts["counts"] == counts
    assert list(run.counts["rejected"]) == rejected
    first = Customer.objects.order_by("pk")[0]
    found = (first.first_name, first.last_name, first.phone, first.country, first.metadata)
    assert found == person
