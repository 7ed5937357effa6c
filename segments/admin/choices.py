"""The values of a field, for the pickers of the builder: found by typing, or named by label."""

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _

from segments.rules.fields import Detail, Field, field_of
from segments.rules.search import Search, search_of
from segments.rules.values import MAX_LIST

_LONGEST = 200  # characters of what is typed; no value is longer


def answer(request: HttpRequest) -> JsonResponse:
    """`field` (and `detail` of it) with `q`: what was found, likeliest first, as pairs of value and
    label; with `value`, any number of times: the labels of those that exist. 404 where there is
    nothing to search. The caller has checked who asks.
    """
    search = _search(request.GET.get("field", ""), request.GET.get("detail", ""))
    if search is None:
        return JsonResponse({"problem": _("There is nothing to search here.")}, status=404)
    if "value" in request.GET:
        wanted = [_clean(one) for one in request.GET.getlist("value")[:MAX_LIST]]
        free = {} if search.complete else {value: value for value in wanted}
        return JsonResponse({"named": {**free, **search.named(wanted)}})
    return JsonResponse({"found": list(search.find(_clean(request.GET.get("q", ""))))})


def _search(field_id: str, detail_id: str) -> Search | None:
    field = field_of(_clean(field_id))
    asked: Field | Detail | None = field
    if field is not None and detail_id:
        asked = field.detail(_clean(detail_id))
    return search_of(asked) if asked is not None else None


def _clean(text: str) -> str:
    """What PostgreSQL can be asked about, and not without end."""
    return text.replace("\x00", "")[:_LONGEST]
