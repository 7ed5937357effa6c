"""Rules of the house that a linter does not know; a rule that is not checked decays."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

ROOT = Path(__file__).resolve().parents[2]
OURS = ("config", "customers", "segments", "messaging", "rewards", "campaigns")
MODULES = [
    path
    for app in OURS
    for path in sorted((ROOT / app).rglob("*.py"))
    if "migrations" not in path.parts
]
NAMES = [path.relative_to(ROOT).as_posix() for path in MODULES]


TESTS = sorted((ROOT / "tests").rglob("*.py"))


@pytest.mark.parametrize(
    "path", [*MODULES, *TESTS], ids=lambda path: path.relative_to(ROOT).as_posix()
)
def test_a_module_fits_in_a_head(path: Path) -> None:
    limit = 300 if path.name == "settings.py" else 400
    assert len(path.read_text(encoding="utf-8").splitlines()) <= limit


def test_only_the_clock_asks_for_the_time() -> None:
    asking = re.compile(r"\b(datetime\.(now|utcnow|today)|date\.today|timezone\.now)\(")
    guilty = [
        name
        for name, path in zip(NAMES, MODULES, strict=True)
        if asking.search(path.read_text(encoding="utf-8"))
        and name != "config/shared/clock.py"
        and not name.startswith("config/servers/")
    ]
    assert guilty == []


def test_no_sql_names_a_time_zone() -> None:
    """Python computes the moments of each zone: the database's zone data may be another version."""
    naming = re.compile(r"AT TIME ZONE|Trunc\w*\([^)]*tzinfo=", re.IGNORECASE)
    guilty = [
        name
        for name, path in zip(NAMES, MODULES, strict=True)
        if naming.search(path.read_text(encoding="utf-8"))
    ]
    assert guilty == []


def test_config_itself_is_empty() -> None:
    assert (ROOT / "config" / "__init__.py").read_text() == ""


def _functions_importing(path: Path) -> set[str]:
    """First-party modules imported inside functions."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for inner in ast.walk(node):
                if isinstance(inner, ast.ImportFrom) and inner.module:
                    found.add(inner.module)
    return {module for module in found if module.split(".")[0] in OURS}


def test_imports_hide_inside_functions_only_where_apps_get_ready() -> None:
    allowed = {"apps.py", "manage.py", "environment.py", "celery.py", "wsgi.py"}
    guilty = {
        name: sorted(found)
        for name, path in zip(NAMES, MODULES, strict=True)
        if path.name not in allowed and (found := _functions_importing(path))
    }
    assert guilty == {}


OUR_MODELS = [
    model
    for model in apps.get_models()
    if model.__module__.startswith(tuple(f"{app}." for app in OURS))
]


@pytest.mark.parametrize("model", OUR_MODELS, ids=lambda model: model.__name__)
def test_a_model_says_what_it_stands_for(model: type[models.Model]) -> None:
    assert model.__doc__
    assert not model.__doc__.startswith(f"{model.__name__}("), "Django's own listing of fields"


@pytest.mark.parametrize("model", OUR_MODELS, ids=lambda model: model.__name__)
def test_foreign_keys_point_down(model: type[models.Model]) -> None:
    order = ["shared", "customers", "segments", "messaging", "rewards", "campaigns"]
    for field in model._meta.get_fields():
        target = getattr(field, "remote_field", None) and field.concrete and field.related_model
        if target and target._meta.app_label in order:
            assert order.index(target._meta.app_label) <= order.index(model._meta.app_label)


def test_no_test_keeps_the_rows_that_must_be_there_from_coming_back() -> None:
    """With serialized rollback a flush does not run post_migrate; the next test lacks a brand."""
    word = "serialized_" + "rollback"
    assert [
        p.name for p in (ROOT / "tests").rglob("*.py") if word in p.read_text(encoding="utf-8")
    ] == []


def test_words_are_translated_by_names_that_the_extraction_knows() -> None:
    """What is called by another name is in no catalog, and stays English in silence."""
    renamed = re.compile(r"\bn?p?gettext(?:_lazy|_noop)? as (?!_\b)\w+")
    guilty = [
        name
        for name, path in zip(NAMES, MODULES, strict=True)
        if renamed.search(path.read_text(encoding="utf-8"))
    ]
    assert guilty == []
