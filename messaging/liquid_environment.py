"""Liquid with strict limits: what a template may do, and errors that name the place.

Templates are written by colleagues and filled in with the data of customers. They see plain
mappings only, so there is nothing to call and nothing to reach; loops, output, nesting and local
values are bounded; what is shown in HTML is escaped, with no way to switch that off.
"""

import re
from functools import cache

from django.utils.translation import gettext_lazy as _
from liquid import Environment
from liquid.exceptions import LiquidError
from liquid.template import BoundTemplate
from liquid.undefined import StrictDefaultUndefined

from messaging.errors import TemplateError

LONGEST_TEMPLATE = 200_000  # characters
LONGEST_OUTPUT = 500_000  # bytes; mail programs cut off at far less
MOST_LOOPS = 1_000  # iterations, all loops together

# Filters that grow text by multiplication (replace, join, split ...) or produce trusted HTML (safe,
# escapejs) are not offered; lists have none of theirs because no variable is a list.
_FILTERS = frozenset(
    {"abs", "at_least", "at_most", "ceil", "divided_by", "floor", "minus", "modulo", "plus"}
    | {"round", "times", "append", "capitalize", "downcase", "lstrip", "prepend", "remove"}
    | {"rstrip", "slice", "squish", "strip", "truncate", "truncatewords", "upcase"}
    | {"date", "default", "escape", "first", "last", "size", "url_encode"}
)
PIECE = re.compile(r"\{\{.*?\}\}|\{%-?\s*(?P<tag>\w*).*?%\}", re.DOTALL)
"""One piece of Liquid in a text; `tag` is the first word of a tag."""
_BLOCKS = frozenset({"if", "unless", "case", "for", "capture", "comment", "raw"})
_BRANCHES = frozenset({"else", "elsif", "when"})
_TAGS_NOT_OFFERED = ("include", "render", "tablerow", "increment", "decrement", "ifchanged")


class LimitedEnvironment(Environment):
    """Liquid as our templates know it."""

    block_nesting_limit = 10
    context_depth_limit = 10
    loop_iteration_limit = MOST_LOOPS
    local_namespace_limit = 16_000
    output_stream_limit = LONGEST_OUTPUT

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        super().setup_tags_and_filters(extra=extra)
        for tag in _TAGS_NOT_OFFERED:
            del self.tags[tag]
        self.filters = {name: self.filters[name] for name in _FILTERS}


@cache
def environment(*, html: bool) -> LimitedEnvironment:
    """One environment for HTML, where values are escaped, one for subjects and plain text."""
    return LimitedEnvironment(autoescape=html, undefined=StrictDefaultUndefined)


def parse(source: str, *, html: bool) -> BoundTemplate:
    """Parse Liquid; TemplateError names the line."""
    if len(source) > LONGEST_TEMPLATE:
        raise TemplateError(
            _("The template is longer than %(most)d characters.") % {"most": LONGEST_TEMPLATE}
        )
    try:
        return environment(html=html).from_string(source)
    except LiquidError as error:
        raise TemplateError(
            _("Line %(line)d: %(problem)s.")
            % {"line": _line_of(error, source), "problem": problem(error)},
            details=_("Check the {{ }} and {% %} there."),
        ) from error


def line_at(text: str, position: int) -> int:
    """The line (from 1) of a position in a text."""
    return text.count("\n", 0, position) + 1


def _line_of(error: LiquidError, source: str) -> int:
    """The line of an error; Liquid knows no place for what is missing, so that is looked for."""
    if error.token is not None and error.token.start_index >= 0:
        return line_at(source, error.token.start_index)
    open_blocks: list[int] = []
    for piece in PIECE.finditer(source):
        line, tag = line_at(source, piece.start()), piece["tag"] or ""
        if tag.startswith("end"):
            open_blocks = open_blocks[:-1]
        elif tag not in _BRANCHES:
            closing = f"{{% end{tag} %}}" if tag in _BLOCKS else ""
            if not _parses(piece[0] + closing):
                return line
            if closing:
                open_blocks.append(line)
    return open_blocks[-1] if open_blocks else 1


def _parses(source: str) -> bool:
    try:
        environment(html=False).from_string(source)
    except LiquidError:
        return False
    return True


def problem(error: LiquidError) -> str:
    """What Liquid says is wrong, without the excerpt it adds."""
    return str(error.message or type(error).__name__).strip().rstrip(".")
