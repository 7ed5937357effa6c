"""What is wrong with the words of a template, found before anybody gets them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from liquid.ast import ConditionalBlockNode, Node
from liquid.builtin.expressions import FilteredExpression, Path
from liquid.builtin.output import OutputNode
from liquid.builtin.tags.assign_tag import AssignNode
from liquid.builtin.tags.echo_tag import EchoNode
from liquid.builtin.tags.if_tag import IfNode
from liquid.context import RenderContext
from liquid.expression import Expression
from liquid.template import BoundTemplate

from messaging import context
from messaging.liquid_environment import line_at, parse

SUBJECT, BODY = "subject", "body"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend: where (`part`, `line`), which variable, and what in words."""

    part: str
    line: int
    variable: str
    problem: str | Promise

    def __str__(self) -> str:
        where = _("Subject") if self.part == SUBJECT else _("Body, line %d") % self.line
        return f"{where}: {self.problem}"


@dataclass(frozen=True, slots=True)
class Use:
    """A variable named in a template; `shown` where its value is written or kept, unprotected."""

    path: str
    position: int
    shown: bool


def check_template(*, subject: str, body: str) -> list[Finding]:
    """Unknown filters and variables, and variables that may be missing and have no fallback.

    Raises TemplateError where the Liquid cannot be parsed at all.
    """
    return [*_findings(SUBJECT, subject), *_findings(BODY, body)]


def paths_in(*, subject: str, body: str) -> set[str]:
    """The registered variables a template names."""
    used = {use.path for part in (subject, body) for use in _uses(parse(part, html=False))}
    return used & set(context.variables())


def _findings(part: str, source: str) -> Iterator[Finding]:
    known = context.variables()
    template = parse(source, html=False)
    for name, places in template.analyze(include_partials=False).filters.items():
        if name not in template.env.filters:
            problem = _("there is no filter “%(name)s”.") % {"name": name}
            yield Finding(part, line_at(source, places[0].index), name, problem)
    for use in _uses(template):
        line = line_at(source, use.position)
        variable = known.get(use.path)
        if variable is None:
            yield Finding(
                part,
                line,
                use.path,
                _("there is no variable “%(name)s”.") % {"name": use.path},
            )
        elif use.shown and variable.may_be_missing:
            yield Finding(
                part,
                line,
                use.path,
                _(
                    "“%(name)s” is not known of every customer; say what to write then:"
                    " {{ %(name)s | default: '…' }}."
                )
                % {"name": use.path},
            )


def _uses(template: BoundTemplate) -> list[Use]:
    """Every variable that the template does not set itself, in order."""
    outside = {
        variable.span.index
        for found in template.analyze(include_partials=False).globals.values()
        for variable in found
    }
    static = RenderContext(template)
    return [
        use
        for node in template.nodes
        for use in _uses_in(node, frozenset(), static)
        if use.position in outside
    ]


def _uses_in(node: Node, present: frozenset[str], static: RenderContext) -> Iterator[Use]:
    """`present` are paths that a condition around the node asks about."""
    shows = isinstance(node, OutputNode | AssignNode | EchoNode)
    for expression in node.expressions():
        protected = _with_default(expression)
        for path in _paths(expression):
            name = str(path)
            shown = shows and path is not protected and name not in present
            yield Use(name, path.token.start_index, shown)
    for child in node.children(static, include_partials=False):
        asked: Iterable[Path] = ()
        if isinstance(node, IfNode) and child is node.consequence:
            asked = _paths(node.condition)
        elif isinstance(child, ConditionalBlockNode):
            asked = _paths(child.expression)
        yield from _uses_in(child, present | {str(path) for path in asked}, static)


def _with_default(expression: Expression) -> Expression | None:
    """The value that the expression replaces when it is missing."""
    if isinstance(expression, FilteredExpression):
        for used in expression.filters or ():
            if used.name == "default":
                return expression.left
    return None


def _paths(expression: Expression) -> Iterator[Path]:
    if isinstance(expression, Path):
        yield expression
    for child in expression.children():
        yield from _paths(child)
