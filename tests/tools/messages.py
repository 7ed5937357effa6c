"""Finding every translatable string: in our Python, our templates, and the admin theme's own.

Babel reads Python; templates are read with Django's own lexer, because xgettext is not installed
everywhere and Babel does not know Django's tags.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import django
import unfold
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po
from django.template.base import Lexer, Token, TokenType
from django.utils.translation import trim_whitespace

ROOT = Path(__file__).resolve().parents[2]
APPS = ("config", "customers", "segments", "messaging", "rewards", "campaigns")
KEYWORDS = {
    "_": None,
    "marked": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
# The parts of Django that we install; the catalogs of the others are never loaded.
DJANGO = (
    "conf",
    *(f"contrib/{name}" for name in ("admin", "auth", "contenttypes", "humanize", "postgres")),
)
# Strings of Django's that read better with a translation of our own.
REWORDED = (
    " By %(filter_title)s ",
    "Clear all filters",
    "Password change",
    "The {name} “{obj}” was added successfully.",
    "The {name} “{obj}” was added successfully. You may add another {name} below.",
    "The {name} “{obj}” was changed successfully.",
    "The {name} “{obj}” was changed successfully. You may add another {name} below.",
    "The {name} “{obj}” was changed successfully. You may edit it again below.",
    "You don’t have permission to view or edit anything.",
    "You may edit it again below.",
)
_LITERAL = r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
_TRANSLATE = re.compile(rf"^(?:trans|translate)\s+{_LITERAL}")
_CONTEXT = re.compile(rf"\bcontext\s+{_LITERAL}")
_CALL = re.compile(rf"\b_\(\s*{_LITERAL}\s*\)")


@dataclass(frozen=True, slots=True)
class Message:
    """`id` is the text, or (singular, plural)."""

    id: str | tuple[str, str]
    context: str | None
    place: str


def ours() -> list[Message]:
    """All strings of the project, in the order of files and lines."""
    found: list[Message] = []
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                found += _python(path, ROOT)
    for folder in ("templates", *APPS):
        for path in sorted((ROOT / folder).rglob("*.html")):
            found += _template(path, ROOT)
    return found


def of_the_theme() -> list[Message]:
    """Unfold's strings that no catalog of Django's holds: it ships no translations of its own."""
    home = Path(unfold.__file__).parent
    found: list[Message] = []
    for path in sorted(home.rglob("*.py")):
        found += _python(path, home.parent)
    for path in sorted(home.rglob("*.html")):
        found += _template(path, home.parent)
    known = _known_to_django()
    return [m for m in found if (m.id if isinstance(m.id, str) else m.id[0]) not in known]


def reworded() -> list[Message]:
    """Django's strings that we translate anew; a ValueError names those it no longer has."""
    if gone := set(REWORDED) - _known_to_django():
        raise ValueError(f"Django has no such strings any more: {sorted(gone)}")
    return [Message(text, None, "django") for text in REWORDED]


def _known_to_django() -> set[str]:
    known: set[str] = set()
    for part in DJANGO:
        path = Path(django.__file__).parent / part / "locale/tr/LC_MESSAGES/django.po"
        with path.open("rb") as file:
            for message in read_po(file, locale="tr"):
                if message.string and message.id:
                    known.add(message.id if isinstance(message.id, str) else message.id[0])
    return known


def _python(path: Path, root: Path) -> Iterator[Message]:
    place = path.relative_to(root).as_posix()
    for _line, text, _comments, context in extract_from_file("python", path, KEYWORDS):
        if text:
            yield Message(text if isinstance(text, str) else (text[0], text[1]), context, place)


def _template(path: Path, root: Path) -> Iterator[Message]:
    place = path.relative_to(root).as_posix()
    tokens = iter(Lexer(path.read_text(encoding="utf-8")).tokenize())
    for token in tokens:
        if token.token_type not in (TokenType.BLOCK, TokenType.VAR):
            continue
        for call in _CALL.finditer(token.contents):
            yield Message(_unquoted(call[1]), None, place)
        if token.token_type == TokenType.BLOCK:
            word = token.contents.split(maxsplit=1)[0]
            context = _CONTEXT.search(token.contents)
            about = _unquoted(context[1]) if context else None
            if simple := _TRANSLATE.match(token.contents):
                yield Message(_percents(_unquoted(simple[1])), about, place)
            elif word in {"blocktrans", "blocktranslate"}:
                yield Message(_block(token.contents, tokens, word), about, place)


def _block(opening: str, tokens: Iterator[Token], word: str) -> str | tuple[str, str]:
    """The text between a blocktranslate tag and its end, as Django looks it up."""
    parts: list[list[str]] = [[]]
    for token in tokens:
        if token.token_type == TokenType.BLOCK:
            if token.contents.startswith(f"end{word}"):
                break
            if token.contents.strip() == "plural":
                parts.append([])
                continue
        if token.token_type == TokenType.VAR:
            parts[-1].append(f"%({token.contents.split('|')[0].strip()})s")
        elif token.token_type == TokenType.TEXT:
            parts[-1].append(_percents(token.contents))
    texts = ["".join(part) for part in parts]
    if "trimmed" in opening.split():
        texts = [trim_whitespace(text) for text in texts]
    return (texts[0], texts[1]) if len(texts) == 2 else texts[0]


def _percents(text: str) -> str:
    """Django's template tags look texts up with each % doubled."""
    return text.replace("%", "%%")


def _unquoted(literal: str) -> str:
    return literal[1:-1].replace(f"\\{literal[0]}", literal[0])
