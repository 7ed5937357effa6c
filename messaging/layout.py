"""MJML with Liquid in it to HTML with the same Liquid in it, once per template version.

MJML is XML and does not know Liquid: `{% if a < b %}` or a quote inside an attribute would break
it. So each piece of Liquid travels through MJML as a short mark and is put back afterwards.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass

import mjml
from django.utils.translation import gettext_lazy as _

from messaging.errors import TemplateError
from messaging.liquid_environment import PIECE, line_at

# Plain letters and digits, because MJML rewrites other characters inside addresses.
_MARK = "vesilemark"
_PLACE = re.compile(r"at position (\d+)")
_UNKNOWN_TAG = re.compile(r"<(mj-[a-z0-9-]+)")


@dataclass(frozen=True, slots=True)
class Layout:
    """HTML made from MJML in which the Liquid still stands as marks.

    `pieces` are the Liquid pieces by number, `lines` the line of the source of each; `mark` finds
    a mark, its group is the number.
    """

    marked_html: str
    mark: re.Pattern[str]
    pieces: tuple[str, ...]
    lines: tuple[int, ...]

    def with_liquid(self, marked: str) -> "Filled":
        """Text with marks -> the same with Liquid, knowing where each piece came from."""
        parts: list[str] = []
        starts, lines = [0], [1]
        length = end = 0
        for match in self.mark.finditer(marked):
            number = int(match[1])
            before = marked[end : match.start()]
            length += len(before)
            starts.append(length)
            lines.append(self.lines[number])
            parts += [before, self.pieces[number]]
            length += len(self.pieces[number])
            end = match.end()
        parts.append(marked[end:])
        return Filled("".join(parts), tuple(starts), tuple(lines))


@dataclass(frozen=True, slots=True)
class Filled:
    """A Liquid template and, for each position in it, the line of the source it stems from."""

    liquid: str
    starts: tuple[int, ...]
    lines: tuple[int, ...]

    def source_line(self, position: int) -> int:
        return self.lines[bisect_right(self.starts, position) - 1]


def compile_mjml(source: str) -> Layout:
    """MJML -> HTML; TemplateError names the line as far as MJML tells it."""
    prefix = _MARK
    while prefix in source:
        prefix += "x"
    pieces: list[str] = []
    lines: list[int] = []

    def put_aside(match: re.Match[str]) -> str:
        pieces.append(match[0])
        lines.append(line_at(source, match.start()))
        return f"{prefix}{len(pieces) - 1}e"

    marked = PIECE.sub(put_aside, source)
    html = _to_html(marked)
    mark = re.compile(f"{prefix}([0-9]+)e")
    unknown = _UNKNOWN_TAG.search(html)
    if unknown:
        raise TemplateError(
            _("Line %(line)d: MJML has no element “%(tag)s”, or not at that place.")
            % {"line": line_at(source, source.find(unknown[0])), "tag": unknown[1]}
        )
    arrived = {int(number) for number in mark.findall(html)}
    for number, piece in enumerate(pieces):
        if number not in arrived:
            raise TemplateError(
                _("Line %(line)d: “%(piece)s” stands where MJML takes no content.")
                % {"line": lines[number], "piece": piece[:60]},
                details=_("Move it into mj-text, mj-button or mj-raw."),
            )
    return Layout(html, mark, tuple(pieces), tuple(lines))


def _to_html(marked: str) -> str:
    try:
        # No fonts: a mail must not make its reader's program call somebody else's server.
        return str(mjml.mjml2html(marked, disable_comments=True, fonts={}))
    except ValueError as error:
        place = _PLACE.search(str(error))
        line = line_at(marked, int(place[1])) if place else marked.count("\n") + 1
        raise TemplateError(
            _("The body is not valid MJML: %(problem)s (line %(line)d).")
            % {"problem": str(error).partition(" in root template")[0], "line": line},
            details=_("Every element must be closed, and & is written &amp;."),
        ) from error
