from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextareaWidget

from config.shared import actors, clock
from config.shared.keys import SCOPES, create_api_key, revoke_api_key
from config.shared.models import ApiKey, KeyKind
from config.shared.screens import ConfirmForm, RecordAdmin, RecordForm, done
from config.shared.templatetags.vesile import EMPTY, label, moment


class ApiKeyForm(RecordForm):
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("Scopes"),
        required=False,
        choices=list(SCOPES.items()),
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=gettext_lazy("For a restricted key: what it may do."),
    )
    origins = forms.CharField(
        label=gettext_lazy("Origins"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "For a publishable key: the pages it may be used on, such as "
            "https://shop.example.com, one per line."
        ),
    )

    class Meta:
        model = ApiKey
        fields = ("name", "kind", "scopes", "origins")

    def clean_origins(self) -> list[str]:
        return self.cleaned_data["origins"].split()


@admin.register(ApiKey)
class ApiKeyAdmin(RecordAdmin):
    empty_text = gettext_lazy("The shop needs a key to validate and redeem codes.")
    form = ApiKeyForm
    list_display = ("name", "purpose", "state", "hint", "used", "created")
    add_fieldsets = ((None, {"fields": ("name", "kind", "scopes", "origins")}),)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "name",
                    "purpose",
                    "state",
                    "app_id",
                    "hint",
                    "allowed",
                    "pages",
                    "used",
                    "created",
                )
            },
        ),
    )
    readonly_fields = ("purpose", "state", "app_id", "hint", "allowed", "pages", "used", "created")
    actions_detail = ("revoke",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A key is made and revoked, never changed."""
        return False

    def has_revoke_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("shared.change_apikey")

    def write(
        self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool
    ) -> ApiKey:
        typed = form.cleaned_data
        made = create_api_key(
            name=typed["name"],
            kind=typed["kind"],
            scopes=typed["scopes"],
            origins=typed["origins"],
            actor=actors.staff(request),
        )
        request.new_key = made  # type: ignore[attr-defined]
        return made.key

    def response_add(self, request: HttpRequest, obj: Any, *args: Any) -> HttpResponse:
        """Show the token on this very answer: it is stored nowhere and cannot be shown again."""
        made = request.new_key  # type: ignore[attr-defined]
        response = self.page(
            request,
            "vesile/shared/key_created.html",
            title=_("The key is made"),
            key=made.key,
            token=made.token,
        )
        response.headers["Cache-Control"] = "no-store"
        return response

    @action(
        description=gettext_lazy("Revoke…"),
        icon="block",
        permissions=["revoke"],
        url_path="revoke",
        dialog={
            "title": gettext_lazy("Revoke this key?"),
            "description": gettext_lazy(
                "Programs that use it are refused from now on. This cannot be undone; make a new "
                "key instead."
            ),
            "form_class": ConfirmForm,
            "form_submit_text": gettext_lazy("Revoke"),
        },
    )
    def revoke(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        revoke_api_key(key=ApiKey.objects.get(pk=object_id), actor=actors.staff(request))
        url = reverse("admin:shared_apikey_change", args=[object_id])
        return done(request, url, _("The key is revoked."))

    @display(description=gettext_lazy("Kind"))
    def purpose(self, key: ApiKey) -> str:
        return str(KeyKind(key.kind).label)

    @display(description=gettext_lazy("State"))
    def state(self, key: ApiKey) -> str:
        if key.revoked_at:
            return label(_("revoked"), "bad")
        if key.expires_at and key.expires_at <= clock.now():
            return label(_("expired"))
        return label(_("in force"), "good")

    @display(description=gettext_lazy("Token ends in"))
    def hint(self, key: ApiKey) -> str:
        return f"…{key.token_hint}"

    @display(description=gettext_lazy("Allowed to"))
    def allowed(self, key: ApiKey) -> str:
        return ", ".join(str(SCOPES.get(scope, scope)) for scope in key.scopes) or EMPTY

    @display(description=gettext_lazy("Origins"))
    def pages(self, key: ApiKey) -> str:
        return ", ".join(key.origins) or EMPTY

    @display(description=gettext_lazy("Last used"))
    def used(self, key: ApiKey) -> str:
        return moment(key.last_used_at) if key.last_used_at else _("never")

    @display(description=gettext_lazy("Made"))
    def created(self, key: ApiKey) -> str:
        return moment(key.created_at)
