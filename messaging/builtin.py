"""Messages that come with the program, in every language it speaks; nobody edits them by hand."""

from datetime import datetime
from typing import Final

from config.shared.models.project import default_brand_id
from messaging.models import Template, TemplateVersion

CONFIRM: Final = "confirm_consent"

_FRAME: Final = """<mjml>
  <mj-body background-color="#f4f4f7">
    <mj-section background-color="#ffffff" padding="24px">
      <mj-column>
        <mj-text font-size="20px" font-weight="600">{title}</mj-text>
        <mj-text font-size="16px" line-height="1.5">{ask}</mj-text>
        {{% if opt_in.text %}}
        <mj-text font-size="14px" line-height="1.5" color="#51586a">{{{{ opt_in.text }}}}</mj-text>
        {{% endif %}}
        <mj-button background-color="#6d28d9" font-size="16px" href="{{{{ opt_in.confirm_url }}}}">{button}</mj-button>
        <mj-text font-size="14px" line-height="1.5">{link} {{{{ opt_in.confirm_url }}}}</mj-text>
        <mj-text font-size="14px" line-height="1.5" color="#51586a">{otherwise}</mj-text>
      </mj-column>
    </mj-section>
    <mj-section>
      <mj-column>
        <mj-text font-size="12px" color="#51586a">{{{{ brand.name }}}}{{% if brand.postal_address %}}, {{{{ brand.postal_address }}}}{{% endif %}}</mj-text>
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>"""  # noqa: E501

_NAMES: Final = {CONFIRM: "Vesile: confirm a consent"}
_WORDS: Final = {
    CONFIRM: {
        "en": (
            "Please confirm: may {{ brand.name }} write to you?",
            _FRAME.format(
                title="One step is left",
                ask="You asked to hear from {{ brand.name }} by e-mail. Please confirm it.",
                button="Yes, I agree",
                link="Or open this link:",
                otherwise="The link works once, for 48 hours. If you did not ask for this, do "
                "nothing: without your yes we do not write to you.",
            ),
        ),
        "tr": (
            "Lütfen onaylayın: {{ brand.name }} size yazabilir mi?",
            _FRAME.format(
                title="Bir adım kaldı",
                ask="{{ brand.name }} firmasından e-posta almak istediğinizi bildirdiniz. "
                "Lütfen onaylayın.",
                button="Evet, kabul ediyorum",
                link="Ya da şu bağlantıyı açın:",
                otherwise="Bağlantı bir kez ve 48 saat boyunca geçerlidir. Bunu siz istemediyseniz "
                "hiçbir şey yapmayın: onayınız olmadan size yazmayız.",
            ),
        ),
    }
}


def template_of(key: str, *, at: datetime) -> Template:
    """The template of a built-in message with today's words; makes what is missing.

    Inside the caller's transaction, with the template locked, so two workers make one of each.
    """
    Template.objects.get_or_create(
        builtin=key,
        defaults={"name": _NAMES[key], "brand_id": default_brand_id(), "created_at": at},
    )
    template = Template.objects.select_for_update(no_key=True).get(builtin=key)
    newest: dict[str, TemplateVersion] = {}
    for version in template.versions.order_by("number"):
        newest[version.language] = version
    for language, (subject, body) in _WORDS[key].items():
        known = newest.get(language)
        if known is None or (known.subject, known.body) != (subject, body):
            TemplateVersion.objects.create(
                template=template,
                number=known.number + 1 if known else 1,
                language=language,
                subject=subject,
                body=body,
                created_at=at,
            )
    return template
