"""Translations: `extract` new strings, `compile` them, or (no argument) check that all is complete.

python -m tests.tools.translations [extract|compile]
"""

import io
import re
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from tests.tools.messages import ROOT, of_the_theme, ours, reworded

# Each language with Django's own rule of plurals (Babel's differs): only alike ones are merged.
LOCALES = {"tr": "nplurals=2; plural=(n > 1);"}
_UNCHANGING = datetime(2026, 1, 1, tzinfo=UTC)
_HEADER = "# Translations for Vesile. Written by `python -m tests.tools.translations extract`."
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|%[sd]|\{\w*\}")


def _folder(locale: str) -> Path:
    return ROOT / "locale" / locale / "LC_MESSAGES"


def _template() -> Catalog:
    catalog = Catalog(project="Vesile", charset="utf-8", fuzzy=False)
    for message in [*ours(), *of_the_theme(), *reworded()]:
        catalog.add(message.id, locations=[(message.place, 0)], context=message.context)
    return catalog


def _stored(locale: str) -> Catalog:
    path = _folder(locale) / "django.po"
    catalog = Catalog(locale=locale, charset="utf-8")
    if path.exists():
        with path.open("rb") as file:
            catalog = read_po(file, locale=locale)
    catalog.mime_headers = [("Plural-Forms", LOCALES[locale])]
    catalog.project, catalog.version = "Vesile", "1"
    catalog.header_comment, catalog.fuzzy = _HEADER, False
    catalog.last_translator = catalog.language_team = catalog.msgid_bugs_address = "Vesile"
    return catalog


def _dated(catalog: Catalog) -> Catalog:
    """With dates that never move, so that the files change only when a string does."""
    catalog.creation_date = catalog.revision_date = _UNCHANGING
    return catalog


def extract() -> None:
    """Bring the .po files up to date; what is gone is dropped, what is new is left empty."""
    for locale in LOCALES:
        catalog = _stored(locale)
        catalog.update(_template(), no_fuzzy_matching=True)
        catalog.obsolete.clear()
        path = _folder(locale) / "django.po"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            # No lines: they would change with every edit of the source.
            write_po(file, _dated(catalog), width=100, sort_output=True, include_lineno=False)
        empty = sum(1 for message in catalog if message.id and not _is_translated(message))
        print(f"{path.relative_to(ROOT)}: {len(catalog)} strings, {empty} without translation")


def _compiled(locale: str) -> bytes:
    body = io.BytesIO()
    write_mo(body, _dated(_stored(locale)))
    return body.getvalue()


def compile_all() -> None:
    for locale in LOCALES:
        (_folder(locale) / "django.mo").write_bytes(_compiled(locale))


def _is_translated(message: Message) -> bool:
    return all(_texts(message.string))


def _texts(one_or_more: str | Iterable[str] | None) -> tuple[str, ...]:
    return (one_or_more,) if isinstance(one_or_more, str) else tuple(one_or_more or ("",))


def problems() -> list[str]:
    """What is missing, doubtful or stale, one line each."""
    wanted = _template()
    found: list[str] = []
    for locale in LOCALES:
        stored = _stored(locale)
        for message in wanted:
            if not message.id:
                continue
            have = stored.get(message.id, message.context)
            text = message.id if isinstance(message.id, str) else message.id[0]
            if have is None or not _is_translated(have):
                found.append(f"{locale}: not translated: {text!r} ({message.locations[0][0]})")
            elif have.fuzzy:
                found.append(f"{locale}: fuzzy: {text!r}")
            else:
                found += [f"{locale}: {problem}: {text!r}" for problem in _differences(have)]
        found += [
            f"{locale}: no longer used: {message.id!r}"
            for message in stored
            if message.id and wanted.get(message.id, message.context) is None
        ]
        binary = _folder(locale) / "django.mo"
        if not binary.exists() or binary.read_bytes() != _compiled(locale):
            found.append(f"{locale}: django.mo is not what django.po says; run 'compile'")
    return found


def _differences(message: Message) -> list[str]:
    """Placeholders that one side has and the other lacks."""
    allowed = {frozenset(_PLACEHOLDER.findall(text)) for text in _texts(message.id)}
    return [
        "placeholders differ"
        for string in _texts(message.string)
        if frozenset(_PLACEHOLDER.findall(string)) not in allowed
    ]


def main() -> int:
    match sys.argv[1:]:
        case ["extract"]:
            extract()
        case ["compile"]:
            compile_all()
        case []:
            found = problems()
            print("\n".join(found) or "translations are complete")
            return 1 if found else 0
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
