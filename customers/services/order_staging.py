"""A batch of imported lines: checked against the stored rows, then put into temporary tables."""

from collections.abc import Mapping
from typing import Any

from customers.importing.batches import Batch
from customers.importing.online_retail import Line
from customers.importing.reasons import Reason

_TABLES = """
DROP TABLE IF EXISTS pg_temp.import_line, pg_temp.import_document;
CREATE TEMPORARY TABLE import_line (
    line bigint NOT NULL, document text NOT NULL, cancellation boolean NOT NULL,
    customer text NOT NULL, code text NOT NULL, kind text NOT NULL, name text NOT NULL,
    quantity integer NOT NULL, unit_amount bigint NOT NULL, happened_at timestamptz NOT NULL,
    key text NOT NULL
);
CREATE TEMPORARY TABLE import_document (document text NOT NULL, id bigint NOT NULL)
"""

_STORED_DOCUMENTS = """
SELECT o.source_id, i.external_id
FROM customers_order o JOIN customers_identity i ON i.id = o.identity_id
WHERE o.source = %(source)s AND o.source_id = ANY(%(documents)s)
UNION ALL
SELECT r.source_id, i.external_id
FROM customers_return r JOIN customers_identity i ON i.id = r.identity_id
WHERE r.source = %(source)s AND r.source_id = ANY(%(documents)s)
"""

_STORED_LINES = """
SELECT o.source_id, l.line_key, l.id > %(order_lines_before)s
FROM customers_order o JOIN customers_orderline l ON l.order_id = o.id
WHERE o.source = %(source)s AND o.source_id = ANY(%(documents)s)
UNION ALL
SELECT r.source_id, l.line_key, l.id > %(return_lines_before)s
FROM customers_return r JOIN customers_returnline l ON l.document_id = r.id
WHERE r.source = %(source)s AND r.source_id = ANY(%(documents)s)
"""


def stored_documents(
    cursor: Any, scope: Mapping[str, object], lines: Mapping[int, Line]
) -> dict[str, str]:
    """The customer's external id by number, of the documents that are stored already."""
    documents = list({line.document for line in lines.values()})
    cursor.execute(_STORED_DOCUMENTS, {**scope, "documents": documents})
    return dict(cursor.fetchall())


def known_lines(
    cursor: Any, scope: Mapping[str, object], lines: Mapping[int, Line], stored: Mapping[str, str]
) -> dict[int, Reason]:
    """Which lines must not be written, by number, and why.

    `scope` holds source, order_lines_before and return_lines_before: a stored line with an id up to
    those came with an earlier file, one above with an earlier line of this one.
    """
    keys: dict[tuple[str, str], Reason] = {}
    if stored:
        cursor.execute(_STORED_LINES, {**scope, "documents": list(stored)})
        for document, key, of_this_run in cursor.fetchall():
            keys[document, key] = Reason.DUPLICATE if of_this_run else Reason.ALREADY_STORED
    owners = dict(stored)
    out: dict[int, Reason] = {}
    for number, line in lines.items():
        # A document belongs to the customer of its stored form, else to that of its first line.
        if owners.setdefault(line.document, line.customer) != line.customer:
            out[number] = Reason.FOREIGN_DOCUMENT
            continue
        place = line.document, line.key
        if place in keys:
            out[number] = keys[place]
        else:
            keys[place] = Reason.DUPLICATE
    return out


def stage(cursor: Any, batch: Batch, without: Mapping[int, Reason]) -> None:
    """Put the batch's lines but those `without` into the temporary table `import_line`."""
    cursor.execute(_TABLES)
    with cursor.copy("COPY import_line FROM STDIN") as copy:
        copy.write("".join(row for number, row in batch.rows.items() if number not in without))
    # A few sampled rows are enough to choose plans by; a full sample costs more than it saves.
    cursor.execute("SET LOCAL default_statistics_target = 2; ANALYZE import_line")
