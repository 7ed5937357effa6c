"""Consent texts in the admin: write, publish, compare; how many agreed to which version."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from config.shared import actors, clock
from config.shared.screens import BulkList, ConfirmForm, RecordAdmin, RecordForm, done
from config.shared.templatetags.vesile import EMPTY, label, language_name, moment, number
from customers import recipients
from customers.consent_texts import agreements, changes, in_force, version_before
from customers.models import Channel, ConsentText, DataCategory, TextOrigin
from customers.selectors import MARKETING
from customers.services.consent_texts import publish_text, save_text


def _about(text: ConsentText) -> str:
    subject = text.get_channel_display() or text.get_data_category_display()
    return capfirst(str(subject))


class TextForm(RecordForm):
    about = forms.ChoiceField(
        label=gettext_lazy("What it is about"),
        widget=UnfoldAdminSelectWidget,
        help_text=gettext_lazy("Each channel and each use of data is asked for by itself."),
    )
    body = forms.CharField(
        label=gettext_lazy("Text"),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 8}),
        help_text=gettext_lazy(
            "The words a person agrees to: what for, who gets the data, and how to withdraw."
        ),
    )

    class Meta:
        model = ConsentText
        fields = ("purpose", "locale", "body")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "locale" not in self.fields:
            return
        choices = [
            *((f"channel:{c.value}", capfirst(str(c.label))) for c in Channel),
            *((f"data:{d.value}", capfirst(str(d.label))) for d in DataCategory),
        ]
        self.fields["about"].choices = choices  # type: ignore[attr-defined]
        languages = [(code, language_name(code)) for code, _name in settings.LANGUAGES]
        self.fields["locale"].widget = UnfoldAdminSelectWidget(choices=languages)
        if self.instance.channel or self.instance.data_category:
            kind = "channel" if self.instance.channel else "data"
            subject = self.instance.channel or self.instance.data_category
            self.initial["about"] = f"{kind}:{subject}"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        kind, _colon, subject = str(cleaned.get("about", "")).partition(":")
        self.instance.channel = subject if kind == "channel" else ""
        self.instance.data_category = subject if kind == "data" else ""
        return cleaned

    def _post_clean(self) -> None:
        """The service checks the row; the form has put the subject on it already."""
        for name in ("purpose", "locale", "body"):
            if name in self.cleaned_data:
                setattr(self.instance, name, self.cleaned_data[name])


class TextList(BulkList):
    def add(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        agreed, shown = agreements([row.pk for row in rows]), in_force(at=clock.now())
        for row in rows:
            row.agreed = agreed[row.pk]
            row.in_force = row.pk in shown


@admin.register(ConsentText)
class ConsentTextAdmin(RecordAdmin):
    form = TextForm
    empty_text = gettext_lazy("Write what you ask for; people agree to exactly these words.")
    list_display = (
        "about",
        "purpose_in_words",
        "language",
        "words",
        "state",
        "agreed_now",
        "agreed_ever",
    )
    list_display_links = ("about",)
    list_filter = ("origin", "channel", "data_category")
    ordering = ("purpose", "channel", "data_category", "locale", "-published_at", "-id")
    fieldsets = ((None, {"fields": ("about", "purpose", "locale", "body")}),)
    change_form_after_template = "vesile/consent_text/beside.html"
    actions_detail = ("publish",)

    @display(description=gettext_lazy("Purpose"), ordering="purpose")
    def purpose_in_words(self, text: ConsentText) -> str:
        """A project may have purposes of its own; the usual one is known by its word."""
        return _("marketing") if text.purpose == MARKETING else text.purpose

    def get_urls(self) -> list[URLPattern]:
        name = "customers_consenttext_compare"
        return [
            path("<int:pk>/compare/", self.admin_site.admin_view(self.compare_view), name=name),
            *super().get_urls(),
        ]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[BulkList]:
        return TextList

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A new version begins with the words of the one before."""
        wanted = request.GET.get("after", "")
        before = ConsentText.objects.filter(pk=wanted).first() if wanted.isdigit() else None
        if before is None:
            return {"locale": request.project.language}  # type: ignore[attr-defined]
        kind = "channel" if before.channel else "data"
        return {
            "about": f"{kind}:{before.channel or before.data_category}",
            "purpose": before.purpose,
            "locale": before.locale,
            "body": before.body,
        }

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only a draft of ours; what was published keeps its words."""
        is_draft = obj is None or (obj.published_at is None and obj.origin == TextOrigin.HERE)
        return is_draft and super().has_change_permission(request, obj)

    def has_publish_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        text = ConsentText.objects.filter(pk=object_id).first() if object_id else None
        return (
            text is not None and text.published_at is None and self.has_change_permission(request)
        )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is not None and not self.has_change_permission(request, obj):
            return ((None, {"fields": ("shown_about", "purpose", "locale", "shown_body")}),)
        return self.fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if obj is not None and not self.has_change_permission(request, obj):
            return ("shown_about", "purpose", "locale", "shown_body")
        return ()

    def write(
        self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool
    ) -> ConsentText:
        return save_text(text=form.instance, actor=actors.staff(request))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        text = kwargs.get("obj")
        if text and text.pk:
            context.update(
                text=text,
                agreed=agreements([text.pk])[text.pk],
                before=version_before(text),
                omitted=recipients.omitted_by(text.body),
                may_write=self.has_add_permission(request),
            )
        context["recipients"] = recipients.known()
        return super().render_change_form(request, context, *args, **kwargs)

    def compare_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What changed from the version before, word by word."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        text = ConsentText.objects.filter(pk=pk).first()
        before = version_before(text) if text else None
        if text is None or before is None:
            raise Http404
        return self.page(
            request,
            "vesile/consent_text/compare.html",
            title=_("What changed"),
            text=text,
            before=before,
            agreed=agreements([text.pk, before.pk]),
            agreed_before=agreements([before.pk])[before.pk],
            pieces=changes(before.body, text.body),
        )

    @action(
        description=gettext_lazy("Publish…"),
        icon="publish",
        permissions=["publish"],
        url_path="publish",
        dialog={
            "title": gettext_lazy("Publish this text?"),
            "description": gettext_lazy(
                "Our pages show it from now on, in the place of the version before. Its words can "
                "never be changed again. Who agreed to an older version stays with that."
            ),
            "form_class": ConfirmForm,
            "form_submit_text": gettext_lazy("Publish"),
        },
    )
    def publish(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        publish_text(text_id=int(object_id), actor=actors.staff(request), at=clock.now())
        url = reverse("admin:customers_consenttext_change", args=[object_id])
        return done(request, url, _("The text is published."))

    @display(description=gettext_lazy("About"))
    def about(self, text: ConsentText) -> str:
        return _about(text)

    @display(description=gettext_lazy("What it is about"))
    def shown_about(self, text: ConsentText) -> str:
        return _about(text)

    @display(description=gettext_lazy("Text"))
    def shown_body(self, text: ConsentText) -> str:
        return format_html('<div class="v-prose-lines">{}</div>', text.body)

    @display(description=gettext_lazy("Language"))
    def language(self, text: ConsentText) -> str:
        return language_name(text.locale) if text.locale else EMPTY

    @display(description=gettext_lazy("Text"))
    def words(self, text: ConsentText) -> str:
        shown = text.body if len(text.body) <= 90 else f"{text.body[:90]}…"
        if text.published_at and recipients.omitted_by(text.body):
            return format_html("{} {}", shown, label(_("omits a recipient"), "bad"))
        return shown

    @display(description=gettext_lazy("State"))
    def state(self, text: Any) -> str:
        if text.published_at is None:
            return label(_("draft"), "wait")
        if text.origin == TextOrigin.SHOP:
            return label(_("told by the shop"))
        words = label(_("in force"), "good") if text.in_force else label(_("replaced"))
        return format_html('{}<br><span class="v-sub">{}</span>', words, moment(text.published_at))

    @display(description=gettext_lazy("Agreed now"))
    def agreed_now(self, text: Any) -> str:
        return format_html('<span class="v-num">{}</span>', number(text.agreed.now))

    @display(description=gettext_lazy("Agreed ever"))
    def agreed_ever(self, text: Any) -> str:
        return format_html('<span class="v-num">{}</span>', number(text.agreed.ever))
