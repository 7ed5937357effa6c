"""Exactly once: a write that is sent again with the same Idempotency-Key is answered, not repeated.

A row that is unique for the calling key and its Idempotency-Key is inserted in the write's
transaction: by its first statement, or together with the answer by its last. A second request at
the same time waits at that row for the first to commit, and then finds the stored answer. So a
write and its answer exist together or not at all.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import IntegrityError, OperationalError, transaction
from django.utils.translation import gettext_lazy as _
from psycopg.errors import DeadlockDetected, ForeignKeyViolation
from psycopg.types.numeric import Int8
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from config.shared import clock
from config.shared.api.handler import body_of
from config.shared.errors import BadInput, Conflict, VesileError
from config.shared.models import ApiKey, IdempotencyRecord
from config.shared.rows import ask

HEADER: Final = "Idempotency-Key"
REPLAYED_HEADER: Final = "Idempotent-Replayed"
ATTEMPTS: Final = 5
_USABLE_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")


class Overtaken(Conflict):
    """Somebody changed what this transaction had read, before it could write; nothing is done.

    `exactly_once` begins again a few times; a caller sees it only under extreme contention.
    """

    message = _("Others are changing the same thing at this moment.")

    def __init__(self) -> None:
        super().__init__(details=_("Send the request again."))


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and the rendered JSON body; `replayed` when it is the stored one of an earlier."""

    status: int
    body: bytes
    replayed: bool = False

    @classmethod
    def of(cls, status: int, body: Any) -> "Answer":
        return cls(status, JSONRenderer().render(body))


class Repeated(Exception):
    """The Idempotency-Key turned out to be used when its answer was to be kept.

    What the work did is to be rolled back; `exactly_once` then replays the stored answer.
    """


KEEPING: Final = """
INSERT INTO shared_idempotencyrecord
    (api_key_id, key_hash, request_hash, created_at, status, body)
VALUES (%(claim_api_key)s, %(claim_key)s, %(claim_request)s, %(claim_at)s, %(answer_status)s,
    to_jsonb(%(answer_body)s::text))
ON CONFLICT (api_key_id, key_hash) DO NOTHING
RETURNING id
"""
"""Claims a key and keeps the answer at once; returns no row where the key is used already."""


def keep_answer(values: Mapping[str, Any]) -> None:
    """Keep the answer of `Store.values` beside what its work wrote; raises Repeated.

    For work that has no last statement to put KEEPING into.
    """
    if values and not ask(KEEPING, values):
        raise Repeated


_STORE = """
UPDATE shared_idempotencyrecord
SET status = %(answer_status)s, body = to_jsonb(%(answer_body)s::text)
WHERE id = %(claimed)s RETURNING id
"""


class Store:
    """Keeps the answer of the request that is being done, for its repeats.

    Without a claim there is nothing to keep. `claimed` is the row where the claim was made first.
    """

    def __init__(self, claim: "_Claim | None" = None, claimed: int | None = None) -> None:
        self._claim, self._claimed = claim, claimed
        self.is_done = claim is None

    def __call__(self, answer: "Answer") -> None:
        """Keep it now; raises Repeated."""
        if self._claim is None:
            return
        if self._claimed is None:
            keep_answer(self.values(answer))
        else:
            ask(_STORE, _of_answer(answer) | {"claimed": Int8(self._claimed)})
            self.is_done = True

    def values(self, answer: "Answer") -> dict[str, Any]:
        """The values of KEEPING, for work that is not claimed first and keeps its answer itself,
        in its last statement or by `keep_answer`; empty where there is nothing to keep.

        Where KEEPING then returns no row, the work raises Repeated.
        """
        if self._claim is None:
            return {}
        self.is_done = True
        return self._claim.values() | _of_answer(answer)


def _of_answer(answer: "Answer") -> dict[str, Any]:
    # One JSON string: as an object, jsonb would reorder the keys of the answer.
    return {"answer_status": Int8(answer.status), "answer_body": answer.body.decode()}


Work = Callable[[Store], Answer]


def exactly_once(*, request: Request, work: Work, claim_first: bool = True) -> Answer:
    """Do `work` in one transaction with the storing of its answer, or replay the stored answer.

    `work` runs again when it raises Overtaken, when a row that it refers to was gone at the
    commit, or when PostgreSQL ended it because two waited for each other. Any other VesileError
    below 500 but 429 is the answer: what was written is rolled back, the answer is stored. Without
    the header only the transaction and the repetition remain. Raises BadInput for a malformed
    header, Conflict when the key came with another request before.

    Without `claim_first` the claim is made with the answer, by one statement instead of two, and
    the transaction is the work's own: it keeps the answer in it by `Store.values` wherever it
    writes anything. A repeat then does the work for nothing, which is rolled back, so nothing may
    come of it outside of that transaction.
    """
    claim = _claim_of(request)
    for _attempt in range(ATTEMPTS):
        try:
            return _done_or_replayed(claim, work, claim_first=claim_first)
        except Overtaken:
            continue
        except IntegrityError as error:
            # What it refers to was erased or merged between the reading and the commit.
            if isinstance(error.__cause__, ForeignKeyViolation):
                continue
            raise
        except OperationalError as error:
            if isinstance(error.__cause__, DeadlockDetected):
                continue
            raise
        except VesileError as error:
            if claim is None or not _is_worth_storing(error):
                raise
            return _done_or_replayed(claim, _answering(error), claim_first=claim_first)
    raise Overtaken


def _done_or_replayed(claim: "_Claim | None", work: Work, *, claim_first: bool) -> Answer:
    try:
        if not claim_first:
            return _work(claim, work, claim_first=False)
        with transaction.atomic():
            return _work(claim, work, claim_first=True)
    except Repeated:
        assert claim is not None  # noqa: S101 -- else there was nothing to repeat
        return _stored(claim)


def _answering(error: VesileError) -> Work:
    """Work that does nothing but answer with `error`."""
    answer = Answer.of(error.status, body_of(error))
    return lambda _store: answer


def _is_worth_storing(error: VesileError) -> bool:
    """Whether a repeat would be answered alike; a misused key says nothing about the first use."""
    return error.status < 500 and error.status != 429 and not isinstance(error, KeyReused)


class KeyReused(Conflict):
    """The Idempotency-Key was used for a different request."""

    key = "idempotency_key_reused"
    message = _("This Idempotency-Key was used with another request.")

    def __init__(self) -> None:
        super().__init__(details=_("Use a new key for every new request."))


@dataclass(frozen=True, slots=True)
class _Claim:
    """What identifies a request that shall be done once."""

    api_key_id: int
    key_hash: str
    request_hash: str

    def values(self) -> dict[str, Any]:
        """What the claim is made of, made now."""
        return {
            "claim_api_key": Int8(self.api_key_id),
            "claim_key": self.key_hash,
            "claim_request": self.request_hash,
            "claim_at": clock.now(),
        }


def _claim_of(request: Request) -> _Claim | None:
    given = request.headers.get(HEADER)
    key = request.auth
    if given is None or not isinstance(key, ApiKey):
        return None
    if not _USABLE_KEY.fullmatch(given):
        raise BadInput(
            _("The Idempotency-Key is not usable."),
            key="invalid_idempotency_key",
            details=_("Use 1 to 255 visible ASCII characters, for instance a UUID."),
        )
    # Keys sorted: the same request serialised by another version of a client is the same.
    try:
        body = json.dumps(request.data, sort_keys=True, separators=(",", ":"))
    except RecursionError:
        raise BadInput(_("The body of the request is nested too deeply.")) from None
    query = request.META.get("QUERY_STRING", "")
    asked = f"{request.method} {request.path}{'?' * bool(query)}{query}\n{body}"
    return _Claim(key.pk, _digest(given), _digest(asked))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


_CLAIM = """
INSERT INTO shared_idempotencyrecord (api_key_id, key_hash, request_hash, created_at)
VALUES (%(claim_api_key)s, %(claim_key)s, %(claim_request)s, %(claim_at)s)
ON CONFLICT (api_key_id, key_hash) DO NOTHING
RETURNING id
"""


def _work(claim: _Claim | None, work: Work, *, claim_first: bool) -> Answer:
    store = Store(claim, _claimed(claim) if claim is not None and claim_first else None)
    answer = work(store)
    if not store.is_done:
        store(answer)
    return answer


def _claimed(claim: _Claim) -> int:
    """The row of the claim; raises Repeated where somebody has made it before."""
    rows = ask(_CLAIM, claim.values())
    if not rows:
        raise Repeated
    made: int = rows[0][0]
    return made


def _stored(claim: _Claim) -> Answer:
    record = IdempotencyRecord.objects.filter(
        api_key_id=claim.api_key_id, key_hash=claim.key_hash
    ).first()
    if record is None or record.status is None or record.body is None:
        raise Overtaken  # forgotten between the two statements
    if record.request_hash != claim.request_hash:
        raise KeyReused
    return Answer(record.status, record.body.encode(), replayed=True)
