"""How each comparison is spelled in JSON, for who writes a rule by hand."""

import json
from collections.abc import Iterator

from django.utils.functional import Promise

from segments.rules.fields import Field

# A value of each type as it stands in a rule, to copy and change.
VALUES = {
    "choice": '"TR"',
    "text": '"izmir"',
    "count": "3",
    "number": "3",
    "money": "10000",
    "date": '"2026-03-17"',
    "datetime": '"2026-03-17"',
    "boolean": "true",
    "set": '"dog"',
    "members": '"85123A"',
    "point": '{"lat": 41.01, "lon": 28.98, "km": 10}',
}
# Comparisons whose value looks the same whatever the type.
VALUES_OF_CMP = {
    "in_last": '{"last": 90, "unit": "day"}',
    "in_next": '{"next": 7, "unit": "day"}',
    "more_than_ago": '{"last": 90, "unit": "day"}',
    "anniversary": "[0, 7]",
}
PAIRS = {
    "money": "[10000, 20000]",
    "date": '["2026-03-01", "2026-03-31"]',
    "datetime": '["2026-03-01", "2026-03-31"]',
}


def comparisons(field: Field, currency: str) -> Iterator[tuple[str, str | Promise]]:
    """Each comparison of a field as it is written in a rule, and what it means."""
    value = _example(field)
    for name, operator in field.operators.items():
        parts = [f'"field": "{field.id}"', f'"cmp": "{name}"']
        if name in ("in", "not_in"):
            parts.append(f'"value": [{value}]')
        elif name in VALUES_OF_CMP:
            parts.append(f'"value": {VALUES_OF_CMP[name]}')
        elif name == "between":
            parts.append(f'"value": {PAIRS.get(field.type, "[3, 5]")}')
        elif operator.takes_value:
            parts.append(f'"value": {value}')
        if field.type == "money" and operator.takes_value:
            parts.append(f'"currency": "{currency}"')
        yield "{" + ", ".join(parts) + "}", operator.label


def _example(field: Field) -> str:
    """A value as it stands in a rule, one that exists where there are choices."""
    choices = field.choices() if field.choices else {}
    for wanted in ("TR", "tr", next(iter(choices), "")):
        if wanted in choices:
            return json.dumps(wanted, ensure_ascii=False)
    return VALUES.get(field.type, '"…"')
