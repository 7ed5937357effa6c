"""What we write for spreadsheets computes nothing there."""

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from config.shared import spreadsheets
from config.shared.spreadsheets import cell, csv_bytes, defused, restored, write_xlsx

DANGEROUS = [
    "=1+1",
    "=SUM(A1)",
    "@x",
    "+1",
    "-1",
    "\tx",
    "\rx",
    "\nx",
    "\0=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
    "−1",
    "  =1",
    "\ufeff=1",
    "\u200b@x",
]
HARMLESS = ["", "Ayşe", "a=b", "'", "'quoted'", "1-1", "O'Neill", "٣"]


@pytest.mark.parametrize("text", DANGEROUS)
def test_a_formula_becomes_text(text):
    assert defused(text) == f"'{text}"
    assert restored(defused(text)) == text
    assert str(cell(text)).startswith("'")


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_no_formula_stays_as_it_is(text):
    assert defused(text) == text
    assert restored(text) == text


@given(st.text())
def test_it_can_be_taken_back(text):
    if not (text.startswith("'") and defused(text[1:]) != text[1:]):
        assert restored(defused(text)) == text


def test_numbers_stay_numbers_and_moments_are_iso():
    at = datetime(2026, 3, 17, 12, tzinfo=UTC)

    written = csv_bytes([[-3, Decimal("-1.50"), None, True, at, "a\0b"]]).decode()

    assert written == "-3,-1.50,,yes,2026-03-17T12:00:00+00:00,a\ufffdb\r\n"


def test_quoted_newlines_come_back_whole():
    [row] = csv.reader(io.StringIO(csv_bytes([["a\nb", 'say "x"', "c,d"]]).decode()))

    assert row == ["a\nb", 'say "x"', "c,d"]


def opened(rows):
    into = io.BytesIO()
    write_xlsx(rows, into, title="Customers: [all]")
    return load_workbook(into)


def test_a_workbook_holds_no_formula():
    book = opened([["name", "amount"], *([text, 1] for text in DANGEROUS), ["x" * 40_000, 2]])

    cells = [c for row in book.worksheets[0].iter_rows() for c in row]

    assert {c.data_type for c in cells} <= {"s", "n", "inlineStr"}
    assert book.worksheets[0]["B2"].value == 1


def test_what_does_not_fit_goes_to_another_sheet(monkeypatch):
    monkeypatch.setattr(spreadsheets, "LONGEST_SHEET", 3)

    book = opened([["name"], *([f"n{number}"] for number in range(5))])

    assert [[r[0].value for r in sheet.iter_rows()] for sheet in book.worksheets] == [
        ["name", "n0", "n1"],
        ["name", "n2", "n3"],
        ["name", "n4"],
    ]
