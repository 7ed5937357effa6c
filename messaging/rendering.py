"""A template version made ready once, then filled in for each customer.

MJML becomes HTML first, Liquid runs on the result: so MJML is compiled once per version, and a
value of a customer can never become markup of the mail. The plain text is made from the same HTML.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext_lazy as _
from liquid.exceptions import LiquidError
from liquid.template import BoundTemplate

from messaging import plaintext
from messaging.errors import RenderError, TemplateError
from messaging.layout import Filled, compile_mjml
from messaging.liquid_environment import parse, problem

Values = Mapping[str, object]

LONGEST_SUBJECT = 250  # characters; the standard allows 998, no mail program shows a quarter of it


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message for one customer."""

    subject: str
    html: str
    text: str


@dataclass(frozen=True, slots=True)
class _Part:
    template: BoundTemplate
    origin: Filled

    def render(self, values: Values) -> str:
        try:
            return self.template.render(values)
        except LiquidError as error:
            line = self.origin.source_line(error.token.start_index if error.token else 0)
            raise RenderError(
                _("Line %(line)d: %(problem)s.") % {"line": line, "problem": problem(error)}
            ) from error


@dataclass(frozen=True, slots=True)
class Prepared:
    """A subject and a body ready to be filled in."""

    subject: _Part
    html: _Part
    text: _Part

    def render(self, values: Values) -> Rendered:
        """Fill in; RenderError names line and variable. `values` are plain nested mappings."""
        subject = " ".join(self.subject.render(values).split())[:LONGEST_SUBJECT]
        if not subject:
            raise RenderError(_("The subject is empty for this customer."))
        return Rendered(
            subject=subject,
            html=self.html.render(values),
            text=plaintext.tidy(self.text.render(values)),
        )


@lru_cache(maxsize=256)
def prepare(subject: str, body: str) -> Prepared:
    """Parse and compile, remembered by content; TemplateError names the line."""
    # The source is parsed as well as the result: only there are lines those of the author.
    parse(body, html=True)
    layout = compile_mjml(body)
    return Prepared(
        subject=_part(Filled(subject, (0,), (1,)), html=False),
        html=_part(layout.with_liquid(layout.marked_html), html=True),
        text=_part(layout.with_liquid(plaintext.from_html(layout.marked_html)), html=False),
    )


def _part(filled: Filled, *, html: bool) -> _Part:
    try:
        return _Part(parse(filled.liquid, html=html), filled)
    except TemplateError as error:
        cause = error.__cause__
        if isinstance(cause, LiquidError) and cause.token:
            raise TemplateError(
                _("Line %(line)d: %(problem)s.")
                % {"line": filled.source_line(cause.token.start_index), "problem": problem(cause)},
                details=_("A block must begin and end inside the same element."),
            ) from cause
        raise
