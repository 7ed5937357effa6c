"""Generating and importing many codes: in batches that survive a kill, with nothing lost."""

import csv
import gzip
import io
from unittest.mock import patch

import pytest
from openpyxl import Workbook

from config.shared import files
from config.shared.actors import SYSTEM
from config.shared.errors import BadInput
from config.shared.models import AuditEntry, Project, StoredFile
from customers.importing.source import UnusableFile
from rewards import codes as making
from rewards.codes import CodePatternError
from rewards.errors import RunOver
from rewards.models import CodeRunState, Voucher
from rewards.services import code_run_work
from rewards.services.code_run_work import work
from rewards.services.code_runs import (
    pause,
    resume,
    start_generation,
    start_import,
    start_import_of,
    stop,
)

from .makers import AT, make_generic, make_promotion

pytestmark = pytest.mark.django_db


def generate(count, promotion=None, **fields):
    offer = promotion or make_promotion()
    return start_generation(promotion=offer, count=count, actor=SYSTEM, at=AT, **fields)


def bring(body, promotion=None, name="codes.csv", **fields):
    offer = promotion or make_promotion()
    body = body.encode() if isinstance(body, str) else body
    return start_import(promotion=offer, name=name, parts=[body], actor=SYSTEM, at=AT, **fields)


def left_out(run):
    """(line, code) -> reason, as the file says it."""
    body = b"".join(files.read(run.rejects)).decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(body)))[1:]
    return {(line, code): reason for line, code, reason, _remedy in lines}


def test_generated_codes_wait_in_the_pool_of_their_offer():
    promotion = make_promotion(uses_per_code=2, code_pattern="POOL-####-####-####")
    run = generate(25, promotion, metadata={"print": 7})

    work(batch_size=10)

    run.refresh_from_db()
    assert (run.state, run.made, run.skipped) == (CodeRunState.FINISHED, 25, 0)
    made = Voucher.objects.in_pool(at=AT).filter(promotion=promotion)
    assert made.count() == 25
    one = made[0]
    assert one.code.startswith("POOL-")
    assert one.code_key == one.code.lower()
    assert (one.redemption_limit, one.metadata, one.expires_at) == (2, {"print": 7}, None)


def test_public_codes_expire_with_their_offer_and_need_one_for_anybody():
    ends = AT.replace(year=2027)
    run = generate(2, make_promotion(holder_only=False, expires_at=ends), pooled=False)
    work()

    assert set(Voucher.objects.values_list("pooled", "expires_at")) == {(False, ends)}
    assert run.options["pooled"] is False
    with pytest.raises(BadInput, match="holder"):
        generate(2, make_promotion(name="Bound", holder_only=True), pooled=False)


@pytest.mark.parametrize("count", [0, -5, 5_000_001])
def test_what_nobody_can_make_is_refused(count):
    with pytest.raises(BadInput):
        generate(count)


def test_a_pattern_that_is_guessed_easily_is_refused():
    with pytest.raises(CodePatternError):
        generate(5, pattern=making.CodePattern("CODE-##"))


def test_codes_that_exist_are_made_up_for():
    promotion = make_promotion()
    taken = [f"TAKEN-{n}" for n in range(4)]
    for code in taken:
        make_generic(make_promotion(name=code, holder_only=False), code=code)
    fresh = making.generate(making.CodePattern("####-####-####"), 6)
    run = generate(6, promotion)

    with patch.object(code_run_work, "generate", side_effect=[[*taken, *fresh[:2]], fresh[2:]]):
        work()

    run.refresh_from_db()
    assert (run.state, run.made, run.skipped) == (CodeRunState.FINISHED, 6, 4)
    assert Voucher.objects.filter(promotion=promotion).count() == 6


def test_a_pattern_without_free_codes_ends_the_run_and_says_so():
    make_generic(make_promotion(holder_only=False), code="TAKEN")
    run = generate(1, make_promotion(name="Other"))

    with patch.object(code_run_work, "generate", return_value=["taken"]):
        work()

    run.refresh_from_db()
    assert (run.state, run.made) == (CodeRunState.FAILED, 0)
    assert "#" in run.problem


class Killed(BaseException):
    """As a worker is killed: nothing catches it."""


@pytest.mark.parametrize("kind", ["generate", "import"])
def test_a_killed_run_goes_on_where_it_was(kind):
    lines = "".join(f"CODE-{n}\n" for n in range(30))
    run = generate(30) if kind == "generate" else bring(lines)
    inserted, calls = code_run_work.insert, []

    def dies_in_the_second(codes, mould):
        calls.append(inserted(codes, mould))
        if len(calls) == 2:
            raise Killed
        return calls[-1]

    with patch.object(code_run_work, "insert", dies_in_the_second), pytest.raises(Killed):
        work(batch_size=10)
    run.refresh_from_db()
    assert (run.state, run.made) == (CodeRunState.RUNNING, 10)
    assert Voucher.objects.count() == 10

    work(batch_size=10)

    run.refresh_from_db()
    assert (run.state, run.made, run.skipped) == (CodeRunState.FINISHED, 30, 0)
    assert Voucher.objects.count() == 30


def test_a_run_is_paused_goes_on_and_is_stopped():
    run = generate(30)
    pause(run=run, actor=SYSTEM)
    assert work(batch_size=10) == 0
    resume(run=run, actor=SYSTEM)
    with pytest.raises(RunOver):
        resume(run=run, actor=SYSTEM)
    work(batch_size=10, longest=0)
    stop(run=run, actor=SYSTEM)
    work(batch_size=10)

    run.refresh_from_db()
    assert run.state == CodeRunState.STOPPED
    assert Voucher.objects.count() == run.made == 0
    with pytest.raises(RunOver):
        pause(run=run, actor=SYSTEM)
    actions = AuditEntry.objects.order_by("id").values_list("action", flat=True)
    assert [one for one in actions if one.startswith("codes.")] == [
        *("codes.requested", "codes.paused", "codes.resumed", "codes.stopped")
    ]


def test_every_line_of_a_file_is_taken_or_told_of():
    Project.objects.update(language="en")  # the language of what is told
    make_generic(make_promotion(name="Old", holder_only=False), code="INDIRIM20")
    body = "\n".join(
        [
            "Name;Kod;Remark",
            "a;GOOD-1;",
            "b; good-2 ;",
            "c;GOOD-1;again",
            "d;İndirim20;known in other letters",
            "e;;no code",
            "",
            "",
            "h;=A1;",
            "i;+4455;",
            "j;#REF!;",
            "k;1,23E+15;",
            "l;TWO WORDS;",
            "m;AB;",
            f"n;{'X' * 61};",
            "o;S\u0410LE20;a Cyrillic A",
            "p;\ufeff\u00a0GOOD-3\u200b;",
            "q;ÇİÇEK-ŞÖLENİ;",
        ]
    )
    run = bring(body)

    work(batch_size=4)

    run.refresh_from_db()
    assert run.state == CodeRunState.FINISHED
    stored = Voucher.objects.filter(promotion=run.promotion).order_by("code")
    assert sorted(v.code for v in stored) == ["GOOD-1", "GOOD-3", "good-2", "ÇİÇEK-ŞÖLENİ"]
    assert left_out(run) == {
        # In another batch than its twin, and so no different from one that was there before.
        ("4", "GOOD-1"): "is in the file twice",
        ("5", "İndirim20"): "exists already",
        ("6", ""): "no code",
        ("7-8", ""): "no code",
        ("9", "'=A1"): "a formula, or the error of one",
        ("10", "'+4455"): "a formula, or the error of one",
        ("11", "#REF!"): "a formula, or the error of one",
        ("12", "1,23E+15"): "a number that the spreadsheet rounded",
        ("13", "TWO WORDS"): "a blank inside",
        ("14", "AB"): "too short",
        ("15", "X" * 61): "too long",
        ("16", "S\u0410LE20"): "letters of several alphabets that look alike",
    }
    # 18 lines, one of them the heading.
    assert run.made + run.skipped == 17
    assert not StoredFile.objects.filter(name="codes.csv").exists()


def workbook(rows):
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    "body",
    [
        "ONE-1\nTWO-2\n",
        "ONE-1\r\nTWO-2",
        "code\nONE-1\nTWO-2\n",
        "\ufeffcode,source\nONE-1,x\nTWO-2,y\n",
        gzip.compress(b"code\tn\nONE-1\t1\nTWO-2\t2\n"),
        "Coupon_Code;x\nONE-1;\nTWO-2;\n".encode("utf-16"),
        workbook([["Kupon kodu", "Adet"], ["ONE-1", 1], ["TWO-2", 1]]),
    ],
    ids=["lines", "crlf", "heading", "bom", "gzip", "utf-16", "xlsx"],
)
def test_files_as_people_have_them(body):
    run = bring(body)

    work()

    run.refresh_from_db()
    assert (run.made, run.skipped) == (2, 0)
    assert set(Voucher.objects.values_list("code", flat=True)) == {"ONE-1", "TWO-2"}


@pytest.mark.parametrize("body", ["", "\n\n", "name,city\nAnn,Oslo\n", b"%PDF-1.4 x", b"\x89PNG.."])
def test_what_is_no_list_of_codes_is_refused_and_not_kept(body):
    with pytest.raises(UnusableFile):
        bring(body)
    assert not StoredFile.objects.exists()


def test_codes_of_a_request_are_imported_alike():
    run = start_import_of(
        promotion=make_promotion(), codes=["A-1", "A\n2", "a-1"], actor=SYSTEM, at=AT
    )
    work()

    run.refresh_from_db()
    assert (run.made, run.skipped) == (1, 2)


def test_a_batch_costs_as_many_statements_whatever_its_size(django_assert_num_queries):
    generate(40)

    # Which runs; of each batch two savepoints, lock, drop, create, copy, insert, checkpoint; the
    # end of the run in the audit log.
    with django_assert_num_queries(1 + 4 * 8 + 1):
        work(batch_size=10)
