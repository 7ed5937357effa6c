from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display

from config.shared import actors, clock
from config.shared.errors import Conflict
from config.shared.key_activity import days_of, requests_of
from config.shared.key_changes import change_api_key, end_previous_token, rotate_api_key
from config.shared.keys import SCOPES, NewKey, create_api_key, revoke_api_key
from config.shared.limits import LIMITS
from config.shared.models import ApiKey, KeyKind
from config.shared.models.api_key import PUBLISHABLE_SCOPES, REDEEMING
from config.shared.screens import ConfirmForm, RecordAdmin, Series, done, keyset_page, stacked_bars
from config.shared.templatetags.vesile import label, moment, short_day

from .key_forms import KeyForm, NewKeyForm, RotationForm

_OF_PAGES = ("origins", "may_redeem")
_LONGEST_ID = 18  # digits


@admin.register(ApiKey)
class ApiKeyAdmin(RecordAdmin):
    empty_text = gettext_lazy("The shop needs a key to validate and redeem codes.")
    form = KeyForm
    list_display = ("title", "purpose", "state", "hint", "used", "created")
    change_form_after_template = "vesile/shared/key_requests.html"
    add_fieldsets = (
        (None, {"fields": ("name", "kind", "test")}),
        (gettext_lazy("Restricted keys"), {"fields": ("scopes",)}),
        (gettext_lazy("Publishable keys"), {"fields": ("origins", "may_redeem")}),
        (gettext_lazy("From where and until when"), {"fields": ("addresses", "expires_at")}),
    )
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
                    "used",
                    "created",
                )
            },
        ),
        (
            gettext_lazy("Where it works"),
            {"fields": ("origins", "may_redeem", "addresses", "expires_at")},
        ),
        (
            gettext_lazy("Limits"),
            {
                "fields": LIMITS,
                "description": gettext_lazy(
                    "Beyond a limit the API answers 429 until the minute, or the ten minutes, are "
                    "over. Wrong codes are those that are unknown or somebody else's."
                ),
            },
        ),
    )
    readonly_fields = ("purpose", "state", "app_id", "hint", "allowed", "used", "created")
    actions_detail = ("rotate", "end_previous", "revoke")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """What is about pages only where the key is for pages."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or obj.kind == KeyKind.PUBLISHABLE:
            return fieldsets
        return [
            (
                title,
                {**options, "fields": [one for one in options["fields"] if one not in _OF_PAGES]},
            )
            for title, options in fieldsets
        ]

    def _filter_unfold_actions_by_permissions(
        self, request: HttpRequest, actions: Any, object_id: Any = None
    ) -> Any:
        """The previous token can be ended only where there is one, a key only while it works."""
        allowed = super()._filter_unfold_actions_by_permissions(request, actions, object_id)
        known = str(object_id).isdecimal() and len(str(object_id)) <= _LONGEST_ID
        key = ApiKey.objects.filter(pk=object_id).first() if known else None
        if key is None:
            return allowed
        now = clock.now()
        unwanted: tuple[str, ...] = () if key.overlaps(at=now) else ("_end_previous",)
        if not key.is_usable(at=now):
            unwanted = ("_rotate", "_end_previous", "_revoke")
        return (
            [one for one in allowed if not one.action_name.endswith(unwanted)]
            if unwanted
            else allowed
        )

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = KeyForm if change else NewKeyForm
        return super().get_form(request, obj, change=change, form=form, **kwargs)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What has ended is not changed any more."""
        if obj is not None and not obj.is_usable(at=clock.now()):
            return False
        return bool(super().has_change_permission(request, obj))

    def has_revoke_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("shared.change_apikey")

    def write(
        self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool
    ) -> ApiKey:
        typed, actor = form.cleaned_data, actors.staff(request)
        where = {
            name: typed.get(name, getattr(form.instance, name))
            for name in ("name", "origins", "addresses", "may_redeem", "expires_at")
        }
        if change:
            limits = {name: typed[name] for name in LIMITS}
            return change_api_key(key=form.instance, limits=limits, actor=actor, **where)
        made = create_api_key(
            kind=typed["kind"], scopes=typed["scopes"], test=typed["test"], actor=actor, **where
        )
        request.new_key = made  # type: ignore[attr-defined]
        return made.key

    def response_add(self, request: HttpRequest, obj: Any, *args: Any) -> HttpResponse:
        return self._shown_once(request, request.new_key, _("The key is made"))  # type: ignore[attr-defined]

    def _shown_once(self, request: HttpRequest, made: NewKey, title: str) -> HttpResponse:
        """Show the token on this very answer: it is stored nowhere and cannot be shown again."""
        response = self.page(
            request,
            "vesile/shared/key_created.html",
            title=title,
            key=made.key,
            token=made.token,
        )
        response.headers["Cache-Control"] = "no-store"
        return response

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        key = kwargs.get("obj")
        if key is not None:
            context |= self._activity(request, key)
        return super().render_change_form(request, context, *args, **kwargs)

    def _activity(self, request: HttpRequest, key: ApiKey) -> dict[str, Any]:
        days = days_of(key, at=clock.now())
        chosen = request.GET.get("status", "")
        series = [
            Series(_("Answered"), [one.answered for one in days], "#16a34a"),
            Series(_("Refused"), [one.refused for one in days], "#d97706"),
            Series(_("Too many"), [one.throttled for one in days], "#7c3aed"),
            Series(_("Failed"), [one.failed for one in days], "#dc2626"),
        ]
        return {
            "asked": keyset_page(
                requests_of(key, status=chosen), before=request.GET.get("before", ""), size=20
            ),
            "request_days": days,
            "request_chart": stacked_bars([short_day(one.day) for one in days], series),
            "chosen_status": chosen,
            "statuses": [
                ("", _("All")),
                ("2", _("Answered")),
                ("4", _("Refused")),
                ("429", _("Too many")),
                ("5", _("Failed")),
            ],
            "log_days": settings.REQUEST_LOG_DAYS,
        }

    @action(
        description=gettext_lazy("New token…"),
        icon="autorenew",
        permissions=["revoke"],
        url_path="rotate",
    )
    def rotate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        key = get_object_or_404(ApiKey, pk=object_id)
        form = RotationForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            try:
                made = rotate_api_key(key=key, overlap=form.overlap, actor=actors.staff(request))
            except Conflict as error:
                form.add_error(None, str(error))
            else:
                return self._shown_once(request, made, _("The new token"))
        return self.page(
            request, "vesile/shared/key_rotate.html", title=_("New token"), key=key, form=form
        )

    @action(
        description=gettext_lazy("End the previous token…"),
        icon="timer_off",
        permissions=["revoke"],
        url_path="end-previous",
        dialog={
            "title": gettext_lazy("End the previous token now?"),
            "description": gettext_lazy(
                "Programs that still use it are refused from now on; the newest token works on."
            ),
            "form_class": ConfirmForm,
            "form_submit_text": gettext_lazy("End it"),
        },
    )
    def end_previous(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        end_previous_token(key=ApiKey.objects.get(pk=object_id), actor=actors.staff(request))
        url = reverse("admin:shared_apikey_change", args=[object_id])
        return done(request, url, _("Only the newest token works."))

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

    @display(description=gettext_lazy("Name"))
    def title(self, key: ApiKey) -> str:
        badge = label(_("test"), "info") if key.test else ""
        return format_html("{} {}", key.name, badge)

    @display(description=gettext_lazy("Kind"))
    def purpose(self, key: ApiKey) -> str:
        return str(KeyKind(key.kind).label)

    @display(description=gettext_lazy("State"))
    def state(self, key: ApiKey) -> str:
        if key.revoked_at:
            return label(_("revoked"), "bad")
        if key.expires_at and key.expires_at <= clock.now():
            return label(_("expired"))
        labels = [label(_("in force"), "good")]
        if key.test:
            labels.append(label(_("test"), "info"))
        if key.overlaps(at=clock.now()):
            labels.append(label(_("two tokens"), "wait"))
        return format_html_join(" ", "{}", ((one,) for one in labels))

    @display(description=gettext_lazy("Token ends in"))
    def hint(self, key: ApiKey) -> str:
        if key.overlaps(at=clock.now()):
            words = _("…%(end)s; the one before works until %(until)s")
            return format_html(
                words.replace("%(end)s", "{}").replace("%(until)s", "{}"),
                key.token_hint,
                moment(key.previous_until),
            )
        return f"…{key.token_hint}"

    @display(description=gettext_lazy("Allowed to"))
    def allowed(self, key: ApiKey) -> str:
        match key.kind:
            case KeyKind.SECRET:
                return _("everything under /v1/")
            case KeyKind.MANAGEMENT:
                return _("make, change and end other keys, and read the project")
        scopes = key.scopes
        if key.kind == KeyKind.PUBLISHABLE:
            scopes = sorted(PUBLISHABLE_SCOPES | ({REDEEMING} if key.may_redeem else set()))
        return ", ".join(str(SCOPES.get(scope, scope)) for scope in scopes)

    @display(description=gettext_lazy("Last used"))
    def used(self, key: ApiKey) -> str:
        return moment(key.last_used_at) if key.last_used_at else _("never")

    @display(description=gettext_lazy("Made"))
    def created(self, key: ApiKey) -> str:
        return moment(key.created_at)
