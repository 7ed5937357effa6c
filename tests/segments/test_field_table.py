"""The documentation lists every field, as the registry has it."""

from tests.tools.field_table import DOC, known_fields, written


def test_the_table_of_fields_is_true() -> None:
    """Made anew by `python -m tests.tools.field_table`."""
    assert DOC.read_text() == written()


def test_every_group_of_fields_has_a_name() -> None:
    from segments.rules.fields import GROUPS

    assert {field.group for field in known_fields()} <= GROUPS.keys()
