"""What can be wrong with a message."""

from django.utils.translation import gettext_lazy as _

from config.shared.errors import BadInput


class TemplateError(BadInput):
    """A template cannot be used; the message names the line and what stands there."""

    key = "invalid_template"
    message = _("The template cannot be used.")


class RenderError(TemplateError):
    """A valid template could not be filled in for one customer."""

    key = "template_not_rendered"
    message = _("The message could not be made.")
