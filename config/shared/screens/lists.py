"""Lists whose rows show what was read for all of them at once, and lists paged by key."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch
from django.utils.http import urlencode
from unfold.views import ChangeList

BEFORE = "before"
_LARGEST_ID = 18  # digits


class BulkList(ChangeList):
    """A change list that may `add` to the rows of its page before they are shown."""

    result_list: Sequence[Any]

    def add(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        """Put onto the rows what their columns need, in a fixed number of statements."""
        raise NotImplementedError(f"{type(self).__name__} adds nothing")

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = list(self.result_list)
        self.add(request, self.result_list)


class LeadsNowhere:
    """Mixed into a change list whose rows have no page of their own.

    Not `list_display_links = None`: the theme would call the first column “Select record” on narrow
    screens.
    """

    def url_for_result(self, result: Any) -> str:
        raise NoReverseMatch(f"{type(self).__name__} leads to no pages")


@dataclass(frozen=True, slots=True)
class ListPager:
    """What stands below a list: links to other pages, empty where there are none, and a remark."""

    newest: str = ""
    newer: str = ""
    older: str = ""
    remark: str = ""
    template_name: str = "vesile/list_pager.html"


class KeysetList(BulkList):
    """A list by descending id, paged by the last id shown: never counts, never skips rows."""

    before: int | None = None

    def get_filters_params(self, params: Any = None) -> dict[str, Any]:
        """The page is no filter, and a filter that is chosen leads to its first page."""
        if params is None:
            asked = self.filter_params.pop(BEFORE, None)
            if asked:
                last = asked[-1]
                self.before = int(last) if last.isdigit() and len(last) <= _LARGEST_ID else None
        found: dict[str, Any] = super().get_filters_params(params)
        return found

    def get_results(self, request: HttpRequest) -> None:
        rows = self.queryset.order_by("-pk")
        if self.before is not None:
            rows = rows.filter(pk__lt=self.before)
        found = list(rows[: self.list_per_page + 1])
        shown = found[: self.list_per_page]
        more = len(found) > len(shown)
        pager = ListPager(
            newest=self.get_query_string() if self.before is not None else "",
            older=self._at({BEFORE: shown[-1].pk}) if more else "",
        )
        self.show(request, shown, pager)

    def show(self, request: HttpRequest, rows: Sequence[Any], pager: ListPager) -> None:
        """Take these rows as the page."""
        self.result_list = rows
        self.result_count = len(rows)
        # The same, or the head of the page would call one page of rows the results.
        self.full_result_count = len(rows)
        self.show_full_result_count = False
        self.show_admin_actions = True
        self.can_show_all = False
        # The template of the pager decides; Django would ask for numbers of pages.
        self.multi_page = False
        self.paginator = pager
        self.add(request, rows)

    def _at(self, place: dict[str, Any]) -> str:
        """The address of this list with its filters, at another place."""
        return "?" + urlencode({**self.filter_params, **place}, doseq=True)
