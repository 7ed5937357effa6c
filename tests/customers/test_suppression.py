"""The suppression list: addresses nothing is sent to, recognised without being kept."""

import pytest
from django.db import connection

from config.shared.actors import SYSTEM, Actor, api_key
from config.shared.errors import BadInput, Forbidden, NotFound, Refused
from config.shared.models import AuditEntry
from customers.models import Suppression
from customers.services.suppression import lift, suppress
from customers.suppression import fingerprint, suppressed
from tests.factories import NOON

STAFF = Actor("staff", "1")


def put(*addresses: str, channel: str = "email", reason: str = "manual") -> int:
    return suppress(channel=channel, addresses=addresses, reason=reason, actor=STAFF, at=NOON)


@pytest.mark.parametrize(
    ("channel", "one", "same"),
    [
        ("email", "ann@example.com", " Ann@Example.COM "),
        ("email", "ann@example.com", "\u200bann@ｅxample.com."),
        ("sms", "+905321234567", "+90 (532) 123-45 67"),
        ("sms", "+905321234567", "0090 532 123 4567"),
    ],
)
def test_an_address_is_recognised_however_it_is_written(channel, one, same) -> None:
    assert fingerprint(channel, one) == fingerprint(channel, same)


def test_a_fingerprint_tells_nothing_without_the_key(settings) -> None:
    before = fingerprint("email", "ann@example.com")
    settings.FINGERPRINT_KEY = "another key, forty characters at least, yes"
    assert fingerprint("email", "ann@example.com") != before
    assert fingerprint("email", "ann@example.com") != fingerprint("sms", "ann@example.com")


@pytest.mark.django_db
class TestList:
    def test_no_table_holds_the_address(self) -> None:
        put("ann@example.com")
        with connection.cursor() as cursor:
            for table in ("customers_suppression", "shared_auditentry"):
                cursor.execute(f"SELECT count(*) FROM {table} t WHERE t::text LIKE '%ann@%'")
                assert cursor.fetchone() == (0,)

    def test_answers_with_the_addresses_as_they_were_asked_for(self) -> None:
        put("ann@example.com", "bob@example.com")
        asked = ["ANN@example.com", "ann@example.com", "cem@example.com", ""]
        assert suppressed("email", asked) == {"ANN@example.com", "ann@example.com"}
        assert suppressed("sms", asked) == set()

    def test_one_statement_for_any_number(self, django_assert_num_queries) -> None:
        with django_assert_num_queries(1):
            suppressed("email", [f"{n}@example.com" for n in range(500)])
        with django_assert_num_queries(0):
            assert suppressed("email", ["", ""]) == set()

    def test_the_first_reason_stays(self) -> None:
        assert put("ann@example.com", reason="complained") == 1
        assert put("ann@example.com", "Ann@example.com", reason="bounced") == 0
        assert Suppression.objects.get().reason == "complained"
        assert AuditEntry.objects.filter(action="suppression.added").count() == 1

    @pytest.mark.parametrize("wrong", [{"channel": "pigeon"}, {"reason": "whim"}])
    def test_what_makes_no_sense_is_refused(self, wrong) -> None:
        with pytest.raises(BadInput):
            put("ann@example.com", **wrong)


@pytest.mark.django_db
class TestLifting:
    def lifted(self, reason: str, *, actor: Actor = STAFF) -> None:
        lift(suppression_id=Suppression.objects.get().pk, reason=reason, actor=actor)

    def test_a_mistake_can_be_undone(self) -> None:
        put("ann@example.com")
        self.lifted("added_by_mistake")
        assert suppressed("email", ["ann@example.com"]) == set()
        row = AuditEntry.objects.get(action="suppression.lifted")
        assert row.fields == ["added_by_mistake"]

    @pytest.mark.parametrize("reason", ["erased", "withdrawn", "complained"])
    def test_what_a_person_wanted_only_that_person_takes_back(self, reason) -> None:
        put("ann@example.com", reason=reason)
        with pytest.raises(Refused):
            self.lifted("added_by_mistake")
        self.lifted("asked_by_customer")
        assert not Suppression.objects.exists()

    @pytest.mark.parametrize("actor", [SYSTEM, api_key(1)])
    def test_no_program_takes_an_address_off(self, actor) -> None:
        put("ann@example.com")
        with pytest.raises(Forbidden):
            self.lifted("address_works", actor=actor)

    def test_a_second_time_there_is_nothing_to_lift(self) -> None:
        put("ann@example.com")
        pk = Suppression.objects.get().pk
        lift(suppression_id=pk, reason="address_works", actor=STAFF)
        with pytest.raises(NotFound):
            lift(suppression_id=pk, reason="address_works", actor=STAFF)
