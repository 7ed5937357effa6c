"""Writing templates; their versions never change."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from config.shared import audit
from config.shared.actors import Actor
from config.shared.models.project import default_brand_id
from messaging import context, linting
from messaging.errors import TemplateError
from messaging.models import Template, TemplateVersion
from messaging.rendering import prepare

LONGEST_SUBJECT_SOURCE = 300  # characters, of the column


def create_template(*, name: str, actor: Actor, at: datetime) -> Template:
    """A template without words; TemplateError where the name is missing or taken."""
    name = name.strip()
    if not 1 <= len(name) <= 120:
        raise TemplateError(_("A template's name has 1 to 120 characters."))
    brand_id = default_brand_id()
    with transaction.atomic():
        if Template.objects.filter(brand_id=brand_id, name=name).exists():
            raise TemplateError(_("There is another template of this name."))
        template = Template.objects.create(brand_id=brand_id, name=name, created_at=at)
        audit.record(actor=actor, action="template.created", of=template, fields=["name"])
    return template


def save_template_version(
    *,
    template: Template,
    subject: str,
    body: str,
    actor: Actor,
    at: datetime,
    language: str = "en",
) -> TemplateVersion:
    """New words, used from now on; the same words again are the version that has them.

    `subject` is Liquid, `body` MJML with Liquid. Locks the template. Raises TemplateError, with
    nothing changed, naming each line that is wrong: syntax, unknown variables, variables that may
    be missing and have no fallback.
    """
    subject, body = subject.strip(), body.strip()
    check(subject=subject, body=body)
    with transaction.atomic():
        Template.objects.select_for_update(no_key=True).get(pk=template.pk)
        versions = TemplateVersion.objects.filter(template=template, language=language)
        newest = versions.order_by("-number").first()
        if newest and (newest.subject, newest.body) == (subject, body):
            return newest
        version = TemplateVersion.objects.create(
            template=template,
            number=(versions.aggregate(last=Max("number"))["last"] or 0) + 1,
            language=language,
            subject=subject,
            body=body,
            created_at=at,
        )
        audit.record(
            actor=actor, action="template.changed", of=template, fields=["subject", "body"]
        )
    return version


def check(*, subject: str, body: str) -> None:
    """Raises TemplateError with everything that is wrong with these words."""
    if not subject:
        raise TemplateError(_("The subject is empty."))
    if len(subject) > LONGEST_SUBJECT_SOURCE or "\n" in subject:
        raise TemplateError(
            _("The subject is one line of at most %(most)d characters.")
            % {"most": LONGEST_SUBJECT_SOURCE}
        )
    prepared = prepare(subject, body)
    findings = linting.check_template(subject=subject, body=body)
    if findings:
        raise TemplateError("\n".join(str(finding) for finding in findings))
    # What only shows when it runs, such as a loop without end, should not wait for a customer.
    prepared.render(context.examples())
