"""The page of one offer: what it says, how it does, what is left, where it is used."""

from typing import Any

from django.contrib import messages as notices
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action
from unfold.enums import ActionVariant

from config.shared import actors, clock
from config.shared.errors import VesileError
from config.shared.screens import ConfirmForm, done
from config.shared.screens.dialogs import refused
from config.shared.screens.history import audit_page
from config.shared.usages import usages_of
from rewards.candidates import rules_of
from rewards.meters import meters_of
from rewards.models import Promotion, Voucher
from rewards.named_goods import unknown_goods
from rewards.offer_words import offer_in_words, segment_names
from rewards.selectors import next_opening_of, promotion_counts
from rewards.services.promotion_changes import switch_promotion
from rewards.services.promotion_copies import duplicate_promotion

from .alarm import alarms_in_words
from .calculator import CalculatorForm, CartRows, some_goods


def page_of(pk: Any) -> str:
    return reverse("admin:rewards_promotion_page", args=[pk])


def offer_page(admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    offer = Promotion.objects.kept().prefetch_related("effects").filter(pk=pk).first()
    if offer is None:
        notices.warning(request, _("There is no such offer (any more)."))
        return HttpResponseRedirect(reverse("admin:rewards_promotion_changelist"))
    at = clock.now()
    zone = request.project.zone  # type: ignore[attr-defined]
    return admin.page(
        request,
        "vesile/offer/page.html",
        title=offer.name,
        object=offer,
        offer=offer,
        said=offer_in_words(
            offer,
            offer.effects.all(),
            names=segment_names([offer]),
            rules=rules_of(offer.brand_id),
        ),
        counts=promotion_counts([pk])[pk],
        meters=meters_of(offer, at=at, zone=offer.zone or zone),
        unknown=unknown_goods(offer.effects.all(), offer.rules),
        opening=next_opening_of(offer, at=at, zone=zone),
        usages=usages_of(offer),
        alarms=alarms_in_words(offer),
        changes=audit_page(offer, before=request.GET.get("before", "")),
        calculator_url=reverse("admin:rewards_promotion_calculator_of", args=[pk]),
        cart=CalculatorForm(prefix="calc"),
        cart_rows=CartRows(prefix="calc-rows"),
        goods=some_goods(),
    )


def duplicate(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the copy, switched off, and open it for editing; POST only."""
    offer = Promotion.objects.kept().filter(pk=pk).first()
    if offer is None:
        return HttpResponseRedirect(reverse("admin:rewards_promotion_changelist"))
    try:
        copy = duplicate_promotion(promotion=offer, actor=actors.staff(request), at=clock.now())
    except VesileError as error:
        notices.error(request, str(error))
        return HttpResponseRedirect(page_of(pk))
    notices.success(request, _("This is the copy. It is switched off until you switch it on."))
    return HttpResponseRedirect(reverse("admin:rewards_promotion_change", args=[copy.pk]))


class SwitchForm(ConfirmForm):
    """Says how many codes are affected before anything happens."""

    form_before_template = "vesile/offer/switch.html"

    def get_before_template_context(
        self, request: HttpRequest, object_id: Any = None
    ) -> dict[str, Any]:
        return {
            "offer": Promotion.objects.kept().filter(pk=object_id).first(),
            "affected": Voucher.objects.filter(promotion=object_id, active=True).count(),
        }


class SwitchingMixin:
    """The dialogs that switch an offer off and on."""

    actions_detail = ("switch_off", "switch_on")

    def has_switch_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("rewards.change_promotion")

    def _filter_unfold_actions_by_permissions(
        self, request: HttpRequest, actions: Any, object_id: Any = None
    ) -> Any:
        """Offer only the switch that changes something."""
        parent: Any = super()
        allowed = parent._filter_unfold_actions_by_permissions(request, actions, object_id)
        if not str(object_id).isdecimal():
            return allowed
        active = Promotion.objects.filter(pk=object_id, active=True).exists()
        unwanted = "_switch_on" if active else "_switch_off"
        return [one for one in allowed if not one.action_name.endswith(unwanted)]

    @action(
        description=gettext_lazy("Switch off…"),
        icon="toggle_off",
        variant=ActionVariant.DANGER,
        permissions=["switch"],
        url_path="switch-off",
        dialog={
            "title": gettext_lazy("Switch this offer off?"),
            "description": gettext_lazy(
                "Its codes are refused from this moment on. What was redeemed stays redeemed."
            ),
            "form_class": SwitchForm,
            "form_submit_text": gettext_lazy("Switch off"),
        },
    )
    def switch_off(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        return _switch(request, object_id, active=False)

    @action(
        description=gettext_lazy("Switch on…"),
        icon="toggle_on",
        permissions=["switch"],
        url_path="switch-on",
        dialog={
            "title": gettext_lazy("Switch this offer on?"),
            "description": gettext_lazy("Its codes are accepted again from this moment on."),
            "form_class": SwitchForm,
            "form_submit_text": gettext_lazy("Switch on"),
        },
    )
    def switch_on(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        return _switch(request, object_id, active=True)


def _switch(request: HttpRequest, pk: str, *, active: bool) -> HttpResponse:
    offer = Promotion.objects.kept().filter(pk=pk).first()
    if offer is None:
        listed = reverse("admin:rewards_promotion_changelist")
        return done(request, listed, _("There is no such offer (any more)."))
    try:
        switch_promotion(
            promotion=offer, active=active, actor=actors.staff(request), at=clock.now()
        )
    except VesileError as error:
        return refused(request, page_of(pk), error)
    words = _("The offer is switched on.") if active else _("The offer is switched off.")
    return done(request, page_of(pk), words)
