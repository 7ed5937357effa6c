"""What a template may do, and what its writer is told."""

from datetime import UTC, datetime

import pytest

from config.shared.actors import SYSTEM
from config.shared.models import AuditEntry
from customers.models import DataCategory
from messaging import context
from messaging.context import Variable
from messaging.errors import RenderError, TemplateError
from messaging.linting import check_template
from messaging.models import TemplateVersion
from messaging.rendering import prepare
from messaging.selectors import preview
from messaging.services.templates import create_template, save_template_version
from tests.factories import CustomerFactory

AT = datetime(2026, 11, 21, 6, tzinfo=UTC)
VALUES = {
    "customer": {"first_name": "Ann", "city": None},
    "brand": {"name": "Shop", "website": "https://shop.example.com/?a=1&b=2"},
}


def mjml(text: str) -> str:
    return (
        "<mjml><mj-body><mj-section><mj-column>\n<mj-text>\n"
        f"{text}\n</mj-text></mj-column></mj-section></mj-body></mjml>"
    )


def rendered(text: str, subject: str = "Hello", **values):
    return prepare(subject, mjml(text)).render(VALUES | values)


def findings(text: str, subject: str = "Hello") -> list[str]:
    return [str(finding) for finding in check_template(subject=subject, body=mjml(text))]


class TestFilledIn:
    def test_html_and_text_say_the_same(self):
        message = rendered("Hello {{ customer.first_name }} &amp; all")
        assert "Hello Ann &amp; all" in message.html
        assert message.text == "Hello Ann & all"

    def test_a_name_can_never_be_markup(self):
        name = "<script>alert(1)</script>\" onclick='x' & Co"
        message = rendered("Hi {{ customer.first_name }}", customer={"first_name": name})
        assert "<script" not in message.html
        assert "&lt;script&gt;" in message.html
        assert name in message.text

    def test_a_value_inside_an_attribute_cannot_leave_it(self):
        body = mjml("x").replace(
            "</mj-column>", '<mj-button href="{{ brand.website }}">Go</mj-button></mj-column>'
        )
        website = 'https://x" onclick="alert(1)'
        message = prepare("s", body).render({"brand": {"website": website}})
        assert 'onclick="' not in message.html

    def test_quotes_and_comparisons_in_liquid_survive_mjml(self):
        message = rendered(
            '{% if 1 < 2 and customer.first_name == "Ann" %}{{ customer.city | default: "there" }}'
            "{% endif %}"
        )
        assert "there" in message.html

    def test_a_link_is_its_address_in_the_text(self):
        body = mjml("x").replace(
            "</mj-column>",
            "<mj-button href='{{ brand.website | default: \"-\" }}'>Go</mj-button></mj-column>",
        )
        assert "Go (https://shop.example.com/?a=1&b=2)" in prepare("s", body).render(VALUES).text

    def test_the_subject_is_one_line_without_escapes(self):
        message = rendered(
            "x",
            subject="Hi {{ customer.first_name }}",
            customer={"first_name": "O'Neill\r\nBcc: all@example.com"},
        )
        assert message.subject == "Hi O'Neill Bcc: all@example.com"

    def test_nothing_of_others_is_fetched(self):
        assert "fonts.googleapis" not in rendered("x").html


class TestLimits:
    @pytest.mark.parametrize(
        "attack",
        [
            "{% for i in (1..100000) %}x{% endfor %}",
            "{% for i in (1..900) %}{% for j in (1..900) %}x{% endfor %}{% endfor %}",
            "{% assign s = 'xxxxxxxxxxxxxxxx' %}{% for i in (1..900) %}"
            "{% assign s = s | append: s %}{% endfor %}",
            "{{ customer.first_name | safe }}",
            "{{ 'aaaa' | replace: 'a', 'aaaaaaaaaaaaa' }}",
            "{{ customer.__class__ }}",
            "{{ customer.first_name.__class__.__mro__ }}",
            "{{ customer.items }}",
            "{{ settings.SECRET_KEY }}",
            "{% include '/etc/passwd' %}",
            "{% render 'x' %}",
            "{% if 1 %}" * 20 + "x" + "{% endif %}" * 20,
        ],
    )
    def test_is_refused(self, attack):
        with pytest.raises(TemplateError):
            rendered(attack)

    def test_output_is_bounded(self):
        long = "x" * 1_000
        with pytest.raises(RenderError, match="output"):
            rendered("{% for i in (1..999) %}" + long + "{% endfor %}")

    def test_files_are_not_included(self):
        with pytest.raises(TemplateError):
            prepare("s", '<mjml><mj-body><mj-include path="/etc/passwd"/></mj-body></mjml>')

    def test_objects_cannot_be_handed_in(self):
        class Thing:
            secret = "x"

        with pytest.raises(TypeError, match="plain"):
            context._plain(Thing(), "thing.secret")


class TestSayingWhatIsWrong:
    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("fine\n{% if x", "Line 4"),
            ("{% endif %}", "Line 3"),
            ("{{ 'a' | }}", "Line 3"),
            ("x\n{% if customer.city == %}x{% endif %}", "Line 4"),
            ("{% if customer.city %}x{% endif %}\n{% if customer.name %}", "Line 4"),
            ("<mj-nothing/>", "mj-nothing"),
            ("</mj-text>", "MJML"),
        ],
    )
    def test_with_its_line(self, text, said):
        with pytest.raises(TemplateError, match=said):
            prepare("s", mjml(text))

    def test_an_error_while_filling_in_names_the_line_of_the_source(self):
        with pytest.raises(RenderError, match=r"Line 5.*nobody"):
            rendered("{{ customer.first_name }}\n\n{{ nobody.knows }}")

    def test_an_empty_subject(self):
        with pytest.raises(RenderError, match="subject"):
            rendered("x", subject="{{ customer.city }}")


class TestLinting:
    def test_unknown_variables_with_their_lines(self):
        assert findings("{{ brand.name }}\n{{ customer.shoe_size }}") == [
            "Body, line 4: there is no variable “customer.shoe_size”."
        ]

    def test_unknown_filters(self):
        assert findings("{{ brand.name | md5 }}") == ["Body, line 3: there is no filter “md5”."]

    def test_the_subject_too(self):
        assert findings("x", subject="{{ a }}") == ["Subject: there is no variable “a”."]

    def test_a_whole_group_is_no_variable(self):
        assert len(findings("{% assign c = customer %}{{ c.email }}")) == 1

    def test_a_name_may_be_missing(self):
        (said,) = findings("Hi {{ customer.first_name }}")
        assert "{{ customer.first_name | default: '…' }}" in said

    @pytest.mark.parametrize(
        "text",
        [
            "{{ customer.first_name | default: 'friend' }}",
            "{{ customer.first_name | upcase | default: 'friend' }}",
            "{% if customer.first_name %}Hi {{ customer.first_name }}{% endif %}",
            "{% if customer.city %}x{% elsif customer.name %}{{ customer.name }}{% endif %}",
            "{% assign name = customer.first_name | default: 'x' %}{{ name }}",
            "{% for i in (1..3) %}{{ i }}{{ forloop.index }}{% endfor %}",
            "{{ brand.name }}",
        ],
    )
    def test_a_fallback_or_a_question_is_enough(self, text):
        assert findings(text) == []

    @pytest.mark.parametrize(
        "text",
        [
            "{% if customer.city %}x{% else %}{{ customer.city }}{% endif %}",
            "{% assign name = customer.first_name %}{{ name }}",
            "{{ 'Dear ' | append: customer.first_name }}",
        ],
    )
    def test_the_wrong_question_is_not(self, text):
        assert len(findings(text)) == 1


class TestVariables:
    def test_one_without_a_category_cannot_be_made(self):
        with pytest.raises(ValueError, match="category"):
            Variable("customer.secret", "secret", "")

    def test_none_can_be_registered_twice(self):
        taken = Variable("customer.city", "city", DataCategory.PROFILE.value)
        with pytest.raises(ValueError, match="collides"):
            context.register(taken, build=lambda claims, at: {})

    def test_every_registered_one_has_a_known_category(self):
        categories = {variable.category for variable in context.variables().values()}
        assert categories <= {*DataCategory.values, context.NOT_PERSONAL}


@pytest.mark.django_db
class TestSaving:
    def test_versions_are_counted_and_kept(self):
        template = create_template(name="Birthday", actor=SYSTEM, at=AT)
        for subject in ("One", "Two", "Two"):
            save_template_version(
                template=template, subject=subject, body=mjml("x"), actor=SYSTEM, at=AT
            )
        versions = TemplateVersion.objects.order_by("number")
        assert list(versions.values_list("number", "subject")) == [(1, "One"), (2, "Two")]
        actions = AuditEntry.objects.order_by("id").values_list("action", flat=True)
        assert list(actions) == ["template.created", "template.changed", "template.changed"]

    @pytest.mark.parametrize(
        "body",
        [
            "{{ customer.shoe_size }}",
            "{{ customer.first_name }}",
            "{% if",
            "{% for i in (1..99999) %}x{% endfor %}",
        ],
    )
    def test_what_cannot_be_sent_is_not_saved(self, body):
        template = create_template(name="Birthday", actor=SYSTEM, at=AT)
        with pytest.raises(TemplateError):
            save_template_version(
                template=template, subject="s", body=mjml(body), actor=SYSTEM, at=AT
            )
        assert not TemplateVersion.objects.exists()

    def test_a_name_is_given_once(self):
        create_template(name="Birthday", actor=SYSTEM, at=AT)
        with pytest.raises(TemplateError, match="name"):
            create_template(name=" Birthday ", actor=SYSTEM, at=AT)

    def test_a_preview_writes_nothing(self):
        template = create_template(name="Birthday", actor=SYSTEM, at=AT)
        save_template_version(
            template=template,
            subject="Hi {{ customer.first_name | default: 'you' }}",
            body=mjml("{{ customer.country | default: '-' }}"),
            actor=SYSTEM,
            at=AT,
        )
        customer = CustomerFactory(first_name="Ann", country="IE", language="en")
        shown = preview(template, customer=customer, at=AT)
        assert (shown.subject, shown.text) == ("Hi Ann", "Ireland")
