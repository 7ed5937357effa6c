"""The tables of customers and the installation that are about no customer, field by field.

Where rows can still name one (ids in the audit log and in facts, copies in files and stored
answers), `customers.services.traces` deals with them at an erasure.
"""

from config.shared.models import (
    ApiKey,
    ApiRequest,
    AsyncAction,
    AuditEntry,
    AuditSeal,
    Brand,
    Fact,
    FactCursor,
    FileChunk,
    Heartbeat,
    IdempotencyRecord,
    Project,
    StaffUser,
    StoredFile,
)
from customers.models import (
    Adviser,
    Attribute,
    ConsentText,
    Erasure,
    ExportRun,
    ImportedNumber,
    ImportMapping,
    ImportRun,
    ImportTouch,
    PriceScale,
    Product,
    ProductCategory,
    PurchaseRebuild,
    RetentionRun,
    Sku,
    Suppression,
)
from customers.rights import impersonal


def declare() -> None:
    """Called once, when the app is ready."""
    _installation()
    _catalog()
    _runs()
    _what_outlives()


def _installation() -> None:
    impersonal(
        Project,
        *("id", "name", "currency", "country", "zone", "language", "unpermitted_events"),
        *("gated_categories", "consent_age", "consent_age_applied", "double_opt_in"),
        "retention_months",
        because="settings of the installation",
    )
    impersonal(
        Brand,
        *("id", "name", "is_default", "sender_name", "sender_email", "colour", "website"),
        "postal_address",
        because="the shop's own name and address",
    )
    impersonal(
        ApiKey,
        *("id", "name", "brand", "kind", "app_id", "token_hash", "token_hint", "origins", "scopes"),
        *("created_at", "expires_at", "revoked_at", "last_used_at", "test", "may_redeem"),
        *("addresses", "previous_hash", "previous_until", "requests_per_minute"),
        *("requests_per_customer", "requests_per_address", "wrong_codes"),
        "wrong_codes_per_caller",
        because="programs, not people",
    )
    impersonal(
        ApiRequest,
        *("id", "entry", "api_key", "at", "method", "route", "status", "error_key", "duration_ms"),
        "request_id",
        because="templates of addresses, without anything that names a person",
    )
    impersonal(
        StaffUser,
        *("id", "password", "last_login", "is_superuser", "first_name", "last_name", "is_staff"),
        *("is_active", "date_joined", "email", "language"),
        because="colleagues, who are no customers",
    )
    impersonal(Heartbeat, "name", "at", because="parts of the installation")
    impersonal(FactCursor, "name", "transaction", "fact_id", because="positions of readers")
    impersonal(AuditSeal, "id", "sealed_at", "row_count", "digest", because="hashes of log rows")
    impersonal(
        AuditEntry,
        *("id", "at", "actor_kind", "actor_id", "action", "object_kind", "object_id", "fields"),
        *("request_id", "seal"),
        because="internal ids and names of fields; the record lists a person's own rows",
    )
    impersonal(
        Fact,
        *("id", "transaction", "kind", "subject_id", "data", "at"),
        because="internal ids; an erasure takes those of the person out",
    )
    impersonal(
        IdempotencyRecord,
        *("id", "api_key", "key_hash", "request_hash", "status", "body", "created_at"),
        because="answers of the last day; an erasure replaces those that name the person",
    )
    impersonal(
        StoredFile,
        *("id", "public_id", "name", "content_type", "size", "sha256", "created_at"),
        because="an erasure goes through the files that hold people",
    )
    impersonal(
        AsyncAction,
        *("id", "public_id", "kind", "api_key", "state", "holds_people", "file", "common"),
        *("wanted", "done", "position", "attempts", "counts", "errors", "language"),
        *("request_id", "created_at", "started_at", "finished_at"),
        because="nobody is erased before the end, which deletes what was told; an erasure goes "
        "through its errors",
    )
    impersonal(FileChunk, "id", "file", "position", "body", because="the bytes of stored files")


def _catalog() -> None:
    impersonal(
        Product,
        *("id", "public_id", "source_id", "name", "category", "categories", "brand", "price"),
        *("image_url", "attributes", "metadata", "search", "created_at", "updated_at"),
        because="goods",
    )
    impersonal(
        Sku,
        *("id", "public_id", "product", "source_id", "name", "price", "attributes", "image_url"),
        *("metadata", "created_at", "updated_at"),
        because="goods",
    )
    impersonal(
        ProductCategory,
        *("id", "name", "key", "is_sensitive", "created_at", "decided_at"),
        because="goods",
    )
    impersonal(
        PriceScale,
        *("id", "category", "currency", "p20", "p40", "p60", "p80", "line_count", "computed_at"),
        because="quantiles over all customers",
    )
    impersonal(
        Attribute,
        *("id", "key", "name", "type", "choices", "currency", "data_category", "is_sensitive"),
        *("purpose", "retired_at", "created_at"),
        because="definitions; the values are in the profile",
    )
    impersonal(
        ConsentText,
        *("id", "purpose", "channel", "data_category", "locale", "body", "sha256"),
        *("origin", "published_at"),
        because="words shown to everybody",
    )
    impersonal(
        Adviser,
        *("id", "source_id", "name", "email", "phone", "is_active"),
        because="colleagues, who are no customers",
    )


def _runs() -> None:
    impersonal(
        ImportMapping,
        *("id", "kind", "name", "columns", "options", "created_at"),
        because="names of columns",
    )
    impersonal(
        ImportRun,
        *("id", "kind", "name", "sha256", "options", "state", "phase", "lines_done"),
        *("customers_done", "order_lines_before", "return_lines_before", "counts", "problem"),
        *("rejects", "file", "detected", "mapping", "report", "wish", "line_count"),
        *("uploader_kind", "uploader_id", "actor_kind", "actor_id"),
        *("started_at", "finished_at"),
        because="an erasure goes through its files and its report",
    )
    impersonal(
        ImportTouch,
        *("run", "customer_id"),
        because="internal ids, forgotten when the import ends",
    )
    impersonal(
        ImportedNumber,
        *("id", "run", "key", "first_row"),
        because="digests of order numbers, gone with the end of the import",
    )
    impersonal(
        ExportRun,
        *("id", "kind", "file_format", "filters", "state", "position", "rows_done", "row_count"),
        *("file", "problem", "actor_kind", "actor_id", "requested_at", "finished_at"),
        "expires_at",
        because="an erasure deletes files that hold the person",
    )

    impersonal(
        PurchaseRebuild,
        *("id", "wanted_at", "position", "customers_done", "finished_at"),
        because="how far a job is",
    )


def _what_outlives() -> None:
    impersonal(
        Suppression,
        *("id", "fingerprint", "channel", "reason", "created_at"),
        because="keyed fingerprints, kept so that nobody erased is written to again",
    )
    impersonal(
        Erasure,
        *("id", "customer_pk", "erased_at", "listed_at"),
        because="an internal id that is no more",
    )
    impersonal(
        RetentionRun,
        *("id", "inactive_since", "position", "erased_count", "started_at", "finished_at"),
        because="counts",
    )
