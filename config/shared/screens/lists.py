"""Lists whose rows show what was read for all of them at once."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from unfold.views import ChangeList


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
