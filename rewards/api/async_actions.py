"""What became of what a shop asked for in the background: runs about codes, and things told."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from config.shared.api.listing import PAGING, Page, check_names, page_of, period_names, within
from config.shared.errors import NotFound
from config.shared.models import ApiKey, AsyncAction
from rewards.models import CodeRun, CodeRunKind, CodeRunState

from . import import_schema as schema
from .campaign_wire import listed
from .campaigns import Managing

_STATES: Final[Mapping[str, tuple[str, str]]] = {
    CodeRunState.WAITING: ("ENQUEUED", "UNKNOWN"),
    CodeRunState.RUNNING: ("IN_PROGRESS", "UNKNOWN"),
    CodeRunState.PAUSED: ("IN_PROGRESS", "UNKNOWN"),
    CodeRunState.FINISHED: ("DONE", "SUCCESS"),
    CodeRunState.STOPPED: ("FAILED", "FAILED"),
    CodeRunState.FAILED: ("FAILED", "FAILED"),
}
"""Also those of `AsyncActionState`, which are called the same."""
_CREATED: Final = period_names("created_at") | {"end_date": "created_at__lt"}
_ENDED: Final = (CodeRunState.FINISHED, CodeRunState.STOPPED, CodeRunState.FAILED)


class AsyncActions(Managing):
    scopes = {"GET": "campaigns:read"}

    @schema.list_async_actions
    def get(self, request: Request) -> Response:
        page = _page(request.query_params, self.key)
        ids = [row.public_id for row in page.rows]
        known: dict[str, dict[str, Any]] = {
            found.public_id: _shown(found)
            for rows in (_runs(self.key), _actions(self.key))
            for found in rows.filter(public_id__in=ids)
        }
        return Response(listed("async_actions", page, [known[id_] for id_ in ids if id_ in known]))


class AsyncActionDetail(Managing):
    scopes = {"GET": "campaigns:read"}

    @schema.get_async_action
    def get(self, request: Request, action_id: str) -> Response:
        found = (
            _runs(self.key).filter(public_id=action_id).first()
            or _actions(self.key).filter(public_id=action_id).first()
        )
        if found is None:
            raise NotFound(
                _("There is no async action with this id."),
                resource_id=action_id,
                resource_type="async_action",
            )
        result = _result(found) if found.state in _ENDED else None
        return Response(_shown(found) | {"result": result})


def _runs(key: ApiKey) -> QuerySet[CodeRun]:
    return CodeRun.objects.filter(promotion__brand=key.brand_id)


def _actions(key: ApiKey) -> QuerySet[AsyncAction]:
    return AsyncAction.objects.filter(api_key__brand=key.brand_id)


def _page(params: QueryDict, key: ApiKey) -> Page[Any]:
    """The moments and public ids of the asked part of both kinds, newest first; BadInput."""
    check_names(params, PAGING | set(_CREATED))

    def both(behind: Q) -> Any:
        """Those of both kinds, in one order, as rows of their names."""
        runs, actions = (
            within(params, rows.filter(behind).order_by(), _CREATED).values_list(
                "created_at", "public_id", named=True
            )
            for rows in (_runs(key), _actions(key))
        )
        return runs.union(actions, all=True).order_by("-created_at", "-public_id")

    def find(public_id: str) -> Any:
        return (
            _runs(key).filter(public_id=public_id).first()
            or _actions(key).filter(public_id=public_id).first()
        )

    def after(_rows: Any, last: Any) -> Any:
        earlier = Q(created_at__lt=last.created_at)
        return both(earlier | Q(created_at=last.created_at, public_id__lt=last.public_id))

    return page_of(params, both(Q()), after=after, find=find)


def _shown(found: CodeRun | AsyncAction) -> dict[str, Any]:
    status, operation = _STATES[found.state]
    took = None
    if found.finished_at and found.started_at:
        took = (found.finished_at - found.started_at) // timedelta(milliseconds=1)
    done = found.made + found.skipped if isinstance(found, CodeRun) else found.done
    finished = found.state == CodeRunState.FINISHED
    return {
        "object": "async_action",
        "id": found.public_id,
        "type": _type(found),
        "status": status,
        "operation_status": operation,
        "created_at": found.created_at,
        "updated_at": found.finished_at or found.started_at or found.created_at,
        "request_id": found.request_id or None,
        "processing_time": took,
        "progress": 100 if finished else min(99, done * 100 // found.wanted if found.wanted else 0),
    }


def _type(found: CodeRun | AsyncAction) -> str:
    if isinstance(found, AsyncAction):
        return found.kind
    generating = found.kind == CodeRunKind.GENERATE
    return "CAMPAIGNS_VOUCHERS_GENERATION" if generating else "VOUCHERS_IMPORT"


def _result(found: CodeRun | AsyncAction) -> dict[str, Any]:
    if isinstance(found, CodeRun):
        return {"created_count": found.made, "skipped_count": found.skipped}
    counts = found.counts
    return {
        "created_count": counts.get("created", 0),
        "updated_count": counts.get("updated", 0),
        "unchanged_count": counts.get("duplicate", 0) + counts.get("pending", 0),
        "rejected_count": counts.get("rejected", 0),
        "errors": found.errors,
    }
