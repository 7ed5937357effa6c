"""Putting customers on a list by what somebody pasted or uploaded, and telling what came of it."""

import base64
from typing import Any, Final

from django.http import HttpRequest
from django.utils.translation import gettext as _

from config.shared import actors
from config.shared.errors import VesileError
from config.shared.spreadsheets import BYTE_ORDER_MARK, csv_bytes
from segments import list_entries
from segments.list_matching import WORDS, Matched, match
from segments.models import StaticList
from segments.services.lists import add_to_list

from .list_forms import PeopleForm

SHOWN: Final = 100


def filled(request: HttpRequest, static_list: StaticList) -> dict[str, Any]:
    """Do it; the context of the report, or of the form with what is wrong."""
    form = PeopleForm(request.POST, request.FILES)
    if not form.is_valid():
        return {"people_form": form}
    told = form.cleaned_data
    try:
        named = (
            list_entries.uploaded(told["file"])
            if told["file"]
            else list_entries.pasted(told["text"])
        )
        matched = match(
            named.entries,
            country=request.project.country,  # type: ignore[attr-defined]
        )
        added = add_to_list(
            static_list=static_list,
            customer_ids=matched.customer_ids,
            actor=actors.staff(request),
        )
    except VesileError as error:
        form.add_error(None, str(error))
        return {"people_form": form}
    return {"people_form": PeopleForm(), "report": _report(named, matched, len(added))}


def _report(named: list_entries.Named, matched: Matched, added: int) -> dict[str, Any]:
    return {
        "given": len(named.entries),
        "column": named.column,
        "added": added,
        "there_already": len(matched.customer_ids) - added,
        "repeated": matched.repeated,
        "unmatched": len(matched.unmatched),
        "rows": [
            (one.entry.line, one.entry.name, *WORDS[one.problem])
            for one in matched.unmatched[:SHOWN]
        ],
        "more": max(0, len(matched.unmatched) - SHOWN),
        "csv": _csv(matched) if matched.unmatched else "",
    }


def _csv(matched: Matched) -> str:
    """What was not understood, as the address of a file that is in the page: kept nowhere else."""
    rows: list[list[Any]] = [[_("Line"), _("Given"), _("Reason"), _("Remedy")]]
    rows += [
        [one.entry.line, one.entry.name, *map(str, WORDS[one.problem])] for one in matched.unmatched
    ]
    data = BYTE_ORDER_MARK + csv_bytes(rows)
    return f"data:text/csv;base64,{base64.b64encode(data).decode()}"
