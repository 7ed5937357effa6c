"""Scores, stages and price bands: what they mean and how many are where."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from config.shared import clock
from segments import lifecycle, rfm, scales
from segments.fields.habits import BANDS
from segments.limits import Allowance, TookTooLong
from segments.reach import LONGEST

from . import stages

# How pale a cell is, by its place among the ten: the meaning stands in words in it.
_TONES: Final = {name: place for place, name in enumerate(rfm.NAMES, 1)}


def map_page(
    admin: Any, request: HttpRequest, form: stages.LimitsForm | None = None
) -> HttpResponse:
    """The definitions and the map; its numbers come afterwards, `?count` brings them at once."""
    sizes = _sizes() if "count" in request.GET else {}
    return admin.page(
        request,
        "vesile/segment/rfm_page.html",
        title=_("Scores and stages"),
        has_add=admin.has_add_permission(request),
        **stages.definition(request, form),
        **_context(sizes),
    )


def sizes_part(request: HttpRequest) -> HttpResponse:
    """The map with its numbers; a fragment."""
    return TemplateResponse(request, "vesile/segment/rfm_map.html", _context(_sizes()))


def _sizes() -> dict[str, Any]:
    at = clock.now()
    try:
        with Allowance(LONGEST).limited():
            return {
                "pairs": scales.pair_sizes(at=at),
                "bands": scales.band_sizes(at=at),
                "stages": scales.stage_sizes(at=at),
            }
    except TookTooLong:
        return {"slow": True}


def _context(sizes: Mapping[str, Any]) -> dict[str, Any]:
    pairs, bands, staged = sizes.get("pairs"), sizes.get("bands"), sizes.get("stages")
    return {
        "rows": [
            {
                "recency": recency,
                "cells": [_cell(recency, frequency, pairs) for frequency in rfm.SCORES],
            }
            for recency in reversed(rfm.SCORES)
        ],
        "scores": list(rfm.SCORES),
        "named": [
            {
                "key": f"rfm_{name}",
                "label": label,
                "meaning": rfm.MEANINGS[name],
                "tone": _TONES[name],
                "size": _sum(name, pairs),
            }
            for name, label in rfm.NAMES.items()
        ],
        "bands": [(label, None if bands is None else bands[key]) for key, label in BANDS.items()],
        "stage_sizes": [
            (name, meaning, None if staged is None else staged[name])
            for name, meaning in lifecycle.in_words(lifecycle.limits()).items()
        ],
        "buyers": None if pairs is None else sum(pairs.values()),
        "slow": sizes.get("slow", False),
    }


def _cell(recency: int, frequency: int, pairs: Mapping[tuple[int, int], int] | None) -> Any:
    name = rfm.segment_of(recency, frequency)
    size = None if pairs is None else pairs.get((recency, frequency), 0)
    return {"label": rfm.NAMES[name], "tone": _TONES[name], "size": size}


def _sum(name: str, pairs: Mapping[tuple[int, int], int] | None) -> int | None:
    return None if pairs is None else sum(pairs.get(pair, 0) for pair in rfm.cells(name))


def patterns(admin: Any) -> Iterator[Any]:
    """The addresses of the map, for who may see segments."""

    def shown(request: HttpRequest) -> HttpResponse:
        _may_view(admin, request)
        return map_page(admin, request)

    def sizes(request: HttpRequest) -> HttpResponse:
        _may_view(admin, request)
        return sizes_part(request)

    yield admin.own_path("rfm/", shown, "segments_rfm")
    yield admin.own_path("rfm/sizes/", sizes, "segments_rfm_sizes")
    yield from stages.patterns(admin, map_page)


def _may_view(admin: Any, request: HttpRequest) -> None:
    if not admin.has_view_permission(request):
        raise PermissionDenied
