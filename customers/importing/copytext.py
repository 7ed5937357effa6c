"""Lines in the text format of PostgreSQL's COPY."""

from typing import Final

from .online_retail import Line

_ESCAPES: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_SPECIAL: Final = frozenset("\\\t\n\r")


def row(number: int, line: Line) -> str:
    """One row of the table `import_line`: the line's number and its fields but the country."""
    document, code, name, customer = line.document, line.code, line.name, line.customer
    if not _SPECIAL.isdisjoint(f"{document}{customer}{code}{name}"):
        document, customer = document.translate(_ESCAPES), customer.translate(_ESCAPES)
        code, name = code.translate(_ESCAPES), name.translate(_ESCAPES)
    cancellation = "t" if line.cancellation else "f"
    return (
        f"{number}\t{document}\t{cancellation}\t{customer}\t{code}\t{line.kind}"
        f"\t{name}\t{line.quantity}\t{line.unit_amount}\t{line.moment}\t{line.key}\n"
    )
