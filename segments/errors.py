"""What can be wrong with a rule."""

from django.utils.translation import gettext_lazy as _

from config.shared.errors import BadInput, Text


class RuleError(BadInput):
    """A rule that cannot be used; `path` names the place, for instance `rules[1].value`."""

    key = "invalid_segment_rule"
    message = _("The rule cannot be used.")

    def __init__(self, path: str, problem: Text) -> None:
        self.path = path
        self.problem = problem
        super().__init__(
            _("The rule cannot be used at %(path)s:") % {"path": path}, details=problem
        )


class CircularRule(RuleError):
    """A segment that would contain itself."""
