"""What shops tell of many codes at once, in the background."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from rest_framework.exceptions import APIException

from config.shared import async_actions
from config.shared.actors import api_key
from config.shared.api.handler import translated
from config.shared.api.parsers import check_storable
from config.shared.async_actions import Done
from config.shared.errors import BadInput, VesileError
from config.shared.invalid import InvalidValueError
from config.shared.models import ApiKey
from rewards.api.campaign_codes import asked_code
from rewards.api.finding import find_voucher
from rewards.api.voucher_fields import MetadataChanged, NamedCodeTold
from rewards.api.vouchers import own_offer
from rewards.errors import LiveInTestMode
from rewards.services.standalone_codes import create_standalone_code
from rewards.services.voucher_changes import change_voucher

METADATA: Final = "VOUCHERS_BULK_UPDATE"
IMPORT: Final = "STANDALONE_VOUCHERS_IMPORT"
BATCH: Final = 50
"""Codes that are being changed cannot be redeemed until the end of the batch."""

Do = Callable[[ApiKey, Any, datetime], str]
"""Does one thing and gives its status."""


def _one_by_one(do: Do) -> async_actions.Work:
    """What `do` raises keeps nobody else out."""

    def work(key: ApiKey, values: Sequence[Any], at: datetime) -> list[Done]:
        return [_done(do, key, value, at) for value in values]

    return work


def _done(do: Do, key: ApiKey, value: Any, at: datetime) -> Done:
    try:
        check_storable(value)
        with transaction.atomic():
            return Done(do(key, value, at))
    except (VesileError, APIException, InvalidValueError) as error:
        return Done("rejected", translated(error) or BadInput(details=str(error)))


def _metadata(key: ApiKey, value: Any, at: datetime) -> str:
    """Metadata is merged; nothing else of a code is changed by many at once."""
    given = MetadataChanged().run_validation(value)
    found = find_voucher(given["code"], api_key=key)
    if key.test and not found.test:
        raise LiveInTestMode
    changed = change_voucher(
        voucher=found,
        fields={"metadata": given.get("metadata") or {}},
        actor=api_key(key.pk),
        at=at,
    )
    return "duplicate" if changed.metadata == found.metadata else "updated"


def _standalone(key: ApiKey, value: Any, at: datetime) -> str:
    """A code with an offer of its own. Raises CodeTaken for one that exists."""
    given = NamedCodeTold().run_validation(value)
    effects, fields = own_offer(given)
    create_standalone_code(
        asked=asked_code(given, default_limit=None, code=given["code"]),
        effects=effects,
        fields={"brand": key.brand, **fields},
        actor=api_key(key.pk),
        at=at,
        test=key.test,
    )
    return "created"


def declare() -> None:
    """Called once, when the app is ready."""
    async_actions.register(METADATA, _one_by_one(_metadata), holds_people=False, batch=BATCH)
    async_actions.register(IMPORT, _one_by_one(_standalone), holds_people=False, batch=BATCH)
