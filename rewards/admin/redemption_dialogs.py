"""Rolling back a redemption and recording returned goods, through dialogs."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget

from config.shared import actors, clock
from config.shared.errors import VesileError
from config.shared.screens import done
from config.shared.screens.dialogs import refused
from config.shared.templatetags.vesile import money, number
from rewards.models import Redemption
from rewards.redemption_details import Line, can_be_taken_back, lines_of, what_comes_back
from rewards.services.returns import ReturnedItem, record_return
from rewards.services.rollbacks import roll_back

_LINE = "line_"


class RollbackForm(BaseDialogForm):
    """Says exactly what comes back, and asks why."""

    form_before_template = "vesile/redemption/comes_back.html"
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        help_text=gettext_lazy("For whoever asks later, for instance: order cancelled by phone."),
        widget=UnfoldAdminTextInputWidget,
    )

    def get_before_template_context(
        self, request: HttpRequest, object_id: Any = None
    ) -> dict[str, Any]:
        redemption = _found(object_id)
        if redemption is None or not can_be_taken_back(redemption):
            return {"impossible": True}
        return {"redemption": redemption, "sentences": what_comes_back(redemption)}


class ReturnForm(BaseDialogForm):
    """For each line that is still out: how many units came back."""

    form_before_template = "vesile/redemption/returning.html"

    def __init__(
        self, request: HttpRequest, object_id: Any = None, *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(request, object_id, *args, **kwargs)
        redemption = _found(object_id)
        self.lines: dict[str, Line] = {}
        for line in _lines_out(redemption):
            currency = redemption.currency if redemption else ""
            self.lines[f"{_LINE}{line.position}"] = line
            self.fields[f"{_LINE}{line.position}"] = forms.IntegerField(
                label=f"{line.name} · {line.title}" if line.title else line.name,
                required=False,
                min_value=0,
                max_value=line.still_out,
                help_text=_("%(out)s of %(all)s still out; discount on the line: %(amount)s")
                % {
                    "out": number(line.still_out),
                    "all": number(line.quantity),
                    "amount": money(line.discount, currency),
                },
                widget=UnfoldAdminIntegerFieldWidget,
            )

    def get_before_template_context(
        self, request: HttpRequest, object_id: Any = None
    ) -> dict[str, Any]:
        return {"nothing_out": not _lines_out(_found(object_id))}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not self.items():
            raise ValidationError(_("Say of at least one line how many units came back."))
        return dict(cleaned)

    def items(self) -> list[ReturnedItem]:
        """What was typed, as the service takes it."""
        return [
            ReturnedItem(line.name, self.cleaned_data[name], line.position)
            for name, line in self.lines.items()
            if self.cleaned_data.get(name)
        ]


def _found(object_id: Any) -> Redemption | None:
    if not str(object_id).isdecimal():
        return None
    return (
        Redemption.objects.select_related("voucher", "promotion", "parent")
        .filter(pk=object_id)
        .first()
    )


def _lines_out(redemption: Redemption | None) -> list[Line]:
    """The lines of which units may still come back; goods only, shipping does not."""
    if redemption is None or not can_be_taken_back(redemption):
        return []
    parts = list(redemption.children.order_by("pk").values_list("pk", flat=True))
    lines = lines_of(redemption, parts or [redemption.pk])
    goods = [bool(line.get("shipping")) is False for line in redemption.lines]
    return [line for line in lines if line.still_out > 0 and goods[line.position]]


class TakingBackMixin:
    """The two dialogs of the page of a redemption."""

    actions_detail = ("roll_back", "record_return")

    def has_roll_back_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("rewards.roll_back_redemption")

    def has_return_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("rewards.return_redemption")

    @action(
        description=gettext_lazy("Roll back…"),
        icon="undo",
        variant=ActionVariant.DANGER,
        permissions=["roll_back"],
        url_path="roll-back",
        dialog={
            "title": gettext_lazy("Roll back this redemption?"),
            "description": gettext_lazy(
                "All of it is taken back, of codes used together all of them. This cannot be "
                "undone; the shop may redeem again."
            ),
            "form_class": RollbackForm,
            "form_submit_text": gettext_lazy("Roll back"),
        },
    )
    def roll_back(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        redemption = _found(object_id)
        if redemption is None:
            return done(request, _listed(), _("There is no such redemption (any more)."))
        try:
            roll_back(
                redemption=redemption,
                at=clock.now(),
                actor=actors.staff(request),
                reason=form.cleaned_data["reason"].strip(),
            )
        except VesileError as error:
            return refused(request, page_of(object_id), error)
        return done(request, page_of(object_id), _("The redemption was rolled back."))

    @action(
        description=gettext_lazy("Record a return…"),
        icon="assignment_return",
        permissions=["return"],
        url_path="return",
        dialog={
            "title": gettext_lazy("What came back?"),
            "description": gettext_lazy(
                "The discount of the returned units goes back to the budget of the offer; the "
                "use of the code stays taken. Paying the customer back is the shop’s."
            ),
            "form_class": ReturnForm,
            "form_submit_text": gettext_lazy("Record the return"),
        },
    )
    def record_return(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        redemption = _found(object_id)
        if redemption is None:
            return done(request, _listed(), _("There is no such redemption (any more)."))
        try:
            made = record_return(
                redemption=redemption,
                items=form.items(),
                at=clock.now(),
                actor=actors.staff(request),
            )
        except VesileError as error:
            return refused(request, page_of(object_id), error)
        words = _("The return is recorded; it gives back a discount of %(amount)s.")
        return done(
            request,
            page_of(object_id),
            words % {"amount": money(made.amount, redemption.currency)},
        )


def page_of(pk: Any) -> str:
    return reverse("admin:rewards_redemption_change", args=[pk])


def _listed() -> str:
    return reverse("admin:rewards_redemption_changelist")
