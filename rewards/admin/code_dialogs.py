"""What can be done to one code; each dialog says what will happen."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm

from config.shared import actors, clock
from config.shared.errors import VesileError
from config.shared.screens import ConfirmForm, done
from config.shared.screens.dialogs import refused
from rewards.code_values import ValuesError, values_as_text, values_of_text
from rewards.models import Voucher
from rewards.services.voucher_changes import (
    change_expiry,
    change_limit,
    change_metadata,
    delete_voucher,
    disable_voucher,
    enable_voucher,
    expire_voucher,
)

_INPUT: Final = {"class": "v-input"}
_LONGER: Final = timedelta(days=7)
_LOCAL: Final = "%Y-%m-%dT%H:%M"
LARGEST_LIMIT: Final = 2_147_483_647  # of a 32-bit column


def found(object_id: Any) -> Voucher | None:
    if not str(object_id).isdecimal() or len(str(object_id)) > 18:
        return None
    return Voucher.objects.select_related("promotion").filter(pk=object_id).first()


class _OfCode(BaseDialogForm):
    """A form about one code, which its text before the fields shows."""

    form_before_template = "vesile/code/dialog.html"

    def __init__(
        self, request: HttpRequest, object_id: Any = None, *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(request, object_id, *args, **kwargs)
        self.code = found(object_id)

    def get_before_template_context(
        self, request: HttpRequest, object_id: Any = None
    ) -> dict[str, Any]:
        return {"code": self.code, "now": clock.now(), "about": type(self).__name__}


class SwitchForm(_OfCode, ConfirmForm):
    """Asks for nothing but the press of the button."""


class EndForm(_OfCode):
    """Another end: at a moment, now, or that of the offer."""

    how = forms.ChoiceField(
        label=gettext_lazy("The code ends"),
        choices=[
            ("then", gettext_lazy("at the moment below")),
            ("offer", gettext_lazy("with its offer")),
            ("now", gettext_lazy("now")),
        ],
        widget=forms.Select({"class": "v-select"}),
    )
    expires_at = forms.DateTimeField(
        label=gettext_lazy("Moment"),
        help_text=gettext_lazy("On the clock of the project."),
        required=False,
        widget=forms.DateTimeInput({**_INPUT, "type": "datetime-local"}, format=_LOCAL),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        now = clock.now()
        end = self.code.expires_at if self.code else None
        if end is None or end <= now:
            local = timezone.localtime(now + _LONGER)
            end = local.replace(hour=23, minute=59, second=0, microsecond=0)
        self.initial["expires_at"] = end

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        if typed.get("how") == "then" and not typed.get("expires_at") and not self.errors:
            raise ValidationError({"expires_at": _("Give a day and a time.")})
        return dict(typed)


class LimitForm(_OfCode):
    limit = forms.IntegerField(
        label=gettext_lazy("Uses in all"),
        help_text=gettext_lazy("What was redeemed so far counts. Empty: as often as anyone likes."),
        required=False,
        min_value=1,
        max_value=LARGEST_LIMIT,
        widget=forms.NumberInput(_INPUT),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["limit"] = self.code.redemption_limit if self.code else None


class ValuesForm(_OfCode):
    values = forms.CharField(
        label=gettext_lazy("Values"),
        help_text=gettext_lazy("One a line, such as “print run: May”. Empty removes all."),
        required=False,
        max_length=20_000,
        widget=forms.Textarea({"class": "v-editor", "rows": 6}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["values"] = values_as_text(self.code.metadata) if self.code else ""

    def clean_values(self) -> dict[str, Any]:
        try:
            return values_of_text(self.cleaned_data["values"])
        except ValuesError as error:
            raise ValidationError(error.translated()) from error


class CodeDialogsMixin:
    """The dialogs of the page of a code.

    To mend a code is to switch it and to move its end; its limit, its values and its being there
    are changed by whoever may change codes.
    """

    actions_detail = ("disable", "enable", "extend", "set_limit", "set_values", "remove")

    def has_mend_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("rewards.mend_voucher")

    def has_switch_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("rewards.change_voucher")

    def has_remove_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("rewards.delete_voucher")

    @action(
        description=gettext_lazy("Switch off…"),
        icon="block",
        variant=ActionVariant.DANGER,
        permissions=["mend"],
        url_path="disable",
        dialog={
            "title": gettext_lazy("Switch this code off?"),
            "description": gettext_lazy(
                "The shop refuses it from now on. What was redeemed stays; you can switch the "
                "code on again."
            ),
            "form_class": SwitchForm,
            "form_submit_text": gettext_lazy("Switch off"),
        },
    )
    def disable(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        return _do(
            request,
            object_id,
            lambda code: disable_voucher(voucher=code, actor=actors.staff(request)),
            _("The code is switched off."),
        )

    @action(
        description=gettext_lazy("Switch on…"),
        icon="check",
        permissions=["mend"],
        url_path="enable",
        dialog={
            "title": gettext_lazy("Switch this code on?"),
            "description": gettext_lazy("The shop accepts it again, within its limit and expiry."),
            "form_class": SwitchForm,
            "form_submit_text": gettext_lazy("Switch on"),
        },
    )
    def enable(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        return _do(
            request,
            object_id,
            lambda code: enable_voucher(voucher=code, actor=actors.staff(request)),
            _("The code is switched on."),
        )

    @action(
        description=gettext_lazy("Change the end…"),
        icon="event",
        permissions=["mend"],
        url_path="extend",
        dialog={
            "title": gettext_lazy("Until when shall this code be valid?"),
            "description": gettext_lazy(
                "One code is changed. It never outlives its offer. What was redeemed stays."
            ),
            "form_class": EndForm,
            "form_submit_text": gettext_lazy("Change the end"),
        },
    )
    def extend(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        at, actor, how = clock.now(), actors.staff(request), form.cleaned_data["how"]

        def change(code: Voucher) -> Voucher:
            if how == "now":
                return expire_voucher(voucher=code, actor=actor, at=at)
            end = form.cleaned_data["expires_at"] if how == "then" else None
            return change_expiry(voucher=code, expires_at=end, actor=actor, at=at)

        return _do(request, object_id, change, _("The end of the code is changed."))

    @action(
        description=gettext_lazy("Change the limit…"),
        icon="repeat",
        permissions=["switch"],
        url_path="limit",
        dialog={
            "title": gettext_lazy("How often may this code be used?"),
            "description": gettext_lazy(
                "One code is changed, from the next order on. What was redeemed stays."
            ),
            "form_class": LimitForm,
            "form_submit_text": gettext_lazy("Change the limit"),
        },
    )
    def set_limit(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        return _do(
            request,
            object_id,
            lambda code: change_limit(
                voucher=code,
                limit=form.cleaned_data["limit"],
                actor=actors.staff(request),
                at=clock.now(),
            ),
            _("The limit of the code is changed."),
        )

    @action(
        description=gettext_lazy("Change its values…"),
        icon="data_object",
        permissions=["switch"],
        url_path="values",
        dialog={
            "title": gettext_lazy("What shall the shop be told of this code?"),
            "description": gettext_lazy(
                "Your own values. The shop gets them with the code, and conditions of the offer "
                "can ask for them."
            ),
            "form_class": ValuesForm,
            "form_submit_text": gettext_lazy("Save the values"),
        },
    )
    def set_values(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        return _do(
            request,
            object_id,
            lambda code: change_metadata(
                voucher=code,
                metadata=dict.fromkeys(code.metadata) | form.cleaned_data["values"],
                actor=actors.staff(request),
                at=clock.now(),
            ),
            _("The values of the code are changed."),
        )

    @action(
        description=gettext_lazy("Delete…"),
        icon="delete",
        variant=ActionVariant.DANGER,
        permissions=["remove"],
        url_path="remove",
        dialog={
            "title": gettext_lazy("Delete this code for good?"),
            "description": gettext_lazy(
                "Nobody got it, and nobody tried to use it. The shop will say that there is no "
                "such code. If somebody gets or uses it this very moment, it is switched off "
                "instead."
            ),
            "form_class": SwitchForm,
            "form_submit_text": gettext_lazy("Delete"),
        },
    )
    def remove(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        code = found(object_id)
        if code is None:
            return done(request, listed(), gone())
        try:
            deleted = delete_voucher(voucher=code, actor=actors.staff(request), at=clock.now())
        except VesileError as error:
            return refused(request, listed(), error)
        if deleted:
            return done(request, listed(), _("The code is deleted."))
        return done(
            request,
            page_of(object_id),
            _("Somebody got or used the code, so it is kept; it is switched off."),
        )


def page_of(pk: Any) -> str:
    return reverse("admin:rewards_voucher_change", args=[pk])


def listed() -> str:
    return reverse("admin:rewards_voucher_changelist")


def gone() -> str:
    return _("There is no such code (any more).")


def _do(
    request: HttpRequest, object_id: str, change: Callable[[Voucher], Any], told: str
) -> HttpResponse:
    code = found(object_id)
    if code is None:
        return done(request, listed(), gone())
    try:
        change(code)
    except VesileError as error:
        return refused(request, page_of(object_id), error)
    return done(request, page_of(object_id), told)
