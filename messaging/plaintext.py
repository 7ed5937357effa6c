"""HTML mail as plain text: what somebody without HTML reads."""

import re
from html.parser import HTMLParser

_BLOCKS = frozenset(
    ["p", "div", "table", "tr", "h1", "h2", "h3", "h4", "ul", "ol", "li", "br", "hr"]
)
_UNSEEN = frozenset({"head", "style", "script", "title"})
_BLANK_LINES = re.compile(r"\n{3,}")
_BLANKS = re.compile(r"[ \t\r\f\v]+")


class _TextOf(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._unseen = 0
        self._links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag in _BLOCKS:
            self.parts.append("\n")
        elif tag == "a":
            self._links.append(given.get("href") or "")
        elif tag == "img" and given.get("alt"):
            self.parts.append(str(given["alt"]))

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen -= 1
        elif tag in _BLOCKS:
            self.parts.append("\n")
        elif tag == "a" and self._links:
            href = self._links.pop()
            if href:
                self.parts.append(f" ({href})")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.parts.append(data.replace("\n", " "))


def from_html(html: str) -> str:
    """Lines of text; a link is its label and its address in brackets, comments are left out."""
    parser = _TextOf()
    parser.feed(html)
    parser.close()
    return tidy("".join(parser.parts))


def tidy(text: str) -> str:
    """Single blanks, no blanks at the ends of lines, at most one empty line in a row."""
    lines = [_BLANKS.sub(" ", line).strip() for line in text.splitlines()]
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()
