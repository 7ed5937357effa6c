from .api_key import ApiKey, KeyKind
from .api_request import ApiRequest
from .async_action import AsyncAction, AsyncActionState
from .audit import AuditEntry, AuditSeal
from .fact import Fact, FactCursor
from .file import FileChunk, StoredFile
from .heartbeat import Heartbeat
from .idempotency import IdempotencyRecord
from .project import Brand, Project
from .staff import StaffUser

__all__ = [
    "ApiKey",
    "ApiRequest",
    "AsyncAction",
    "AsyncActionState",
    "AuditEntry",
    "AuditSeal",
    "Brand",
    "Fact",
    "FactCursor",
    "FileChunk",
    "Heartbeat",
    "IdempotencyRecord",
    "KeyKind",
    "Project",
    "StaffUser",
    "StoredFile",
]
