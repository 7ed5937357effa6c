"""Ready-made segments: looked at, counted, and started from."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django import forms
from django.contrib import messages as notices
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.shared import actors, clock
from config.shared.errors import VesileError
from config.shared.screens.fields import MoneyField, minor, written
from config.shared.templatetags.vesile import capital
from customers.models import ProductCategory
from segments.availability import available
from segments.errors import RuleError
from segments.models import Segment
from segments.reach import reach_of
from segments.ready_made import ALL, GROUPS, Asked, Need, Question, ReadyMade
from segments.selectors import in_words
from segments.services.copies import free_name
from segments.services.segments import save_segment

NEEDS: Final[dict[Need, Promise]] = {
    Need.ORDERS: gettext_lazy("orders"),
    Need.CARTS: gettext_lazy("events of carts"),
    Need.CHECKOUTS: gettext_lazy("events of begun checkouts"),
    Need.VIEWS: gettext_lazy("events of products looked at"),
    Need.SEARCHES: gettext_lazy("events of searches"),
    Need.COMPLAINTS: gettext_lazy("events of complaints"),
    Need.BIRTHDAYS: gettext_lazy("birthdays"),
    Need.CATEGORIES: gettext_lazy("product categories"),
}


class AnswersForm(forms.Form):
    """The questions of a ready-made segment; `answers` has amounts in minor units."""

    def __init__(self, one: ReadyMade, currency: str, data: Any = None) -> None:
        super().__init__(data, prefix=one.key, auto_id="id_%s")
        self.one, self.currency = one, currency
        for question in one.questions:
            self.fields[question.key] = _field(question, currency)

    def answers(self) -> dict[str, Any]:
        """Raises ValidationError."""
        if not self.is_valid():
            raise ValidationError([error for told in self.errors.values() for error in told])
        given = dict(self.cleaned_data)
        for question in self.one.questions:
            if question.asked == Asked.AMOUNT:
                given[question.key] = minor(given[question.key], self.currency)
        return given


def _field(question: Question, currency: str) -> forms.Field:
    label = capital(question.label)
    match question.asked:
        case Asked.CATEGORY:
            names = ProductCategory.objects.filter(is_sensitive=False)
            choices = [(name, name) for name in names.values_list("name", flat=True)]
            widget = forms.Select(attrs={"class": "v-select"})
            return forms.ChoiceField(
                label=label, choices=[("", _("Choose…")), *choices], widget=widget
            )
        case Asked.AMOUNT:
            return MoneyField(
                label=f"{label} ({currency})",
                initial=written(question.usual, currency),
                widget=forms.TextInput(attrs={"class": "v-input", "inputmode": "decimal"}),
            )
    return forms.IntegerField(
        label=label,
        initial=question.usual,
        min_value=1,
        max_value=3_650,
        widget=forms.NumberInput(attrs={"class": "v-input"}),
    )


def gallery(admin: Any, request: HttpRequest) -> HttpResponse:
    """Every ready-made segment by group, with what it needs of the shop's data."""
    currency = request.project.currency  # type: ignore[attr-defined]
    has = available()
    categories = ProductCategory.objects.filter(is_sensitive=False)
    category = categories.values_list("name", flat=True).first() or ""
    cards: dict[str, list[dict[str, Any]]] = {key: [] for key in GROUPS}
    for one in ALL.values():
        cards[one.group].append(
            {
                "one": one,
                "form": AnswersForm(one, currency),
                "sentence": _sentence(one, currency, category),
                "needs": [(NEEDS[need], need in has) for need in one.needs],
                "missing": any(need not in has for need in one.needs),
            }
        )
    return admin.page(
        request,
        "vesile/segment/gallery.html",
        title=_("Ready-made segments"),
        groups=[(key, title, cards[key]) for key, title in GROUPS.items()],
    )


def _sentence(one: ReadyMade, currency: str, category: str) -> str:
    """What the rule says with the usual answers, of a category for instance; empty without one."""
    usual: dict[str, Any] = {question.key: question.usual for question in one.questions}
    asked = [question.key for question in one.questions if question.asked == Asked.CATEGORY]
    if not asked:
        return in_words(one.make(usual, currency))
    if not category:
        return ""
    return _("For instance: %(sentence)s") % {
        "sentence": in_words(one.make(usual | dict.fromkeys(asked, category), currency))
    }


def counted(request: HttpRequest, key: str) -> HttpResponse:
    """How many the rule finds with the answers given; a fragment."""
    try:
        reach = reach_of(_rules(request, key), at=clock.now())
    except (ValidationError, RuleError) as error:
        return TemplateResponse(request, "vesile/segment/cell.html", {"problem": _told(error)})
    return TemplateResponse(request, "vesile/segment/cell.html", {"reach": reach})


def start(request: HttpRequest, key: str) -> HttpResponse:
    """Keep it as a segment of the shop's own and open that for editing; POST only."""
    one = _known(key)
    try:
        segment: Segment = save_segment(
            name=free_name(capital(one.name)),
            description=str(one.why),
            rules=_rules(request, key),
            actor=actors.staff(request),
        )
    except (ValidationError, VesileError) as error:
        notices.error(request, _told(error))
        return HttpResponseRedirect(reverse("admin:segments_ready_made"))
    notices.success(request, _("This segment is yours now: change what you like."))
    return HttpResponseRedirect(reverse("admin:segments_segment_change", args=[segment.pk]))


def _known(key: str) -> ReadyMade:
    if key not in ALL:
        raise Http404
    return ALL[key]


def _rules(request: HttpRequest, key: str) -> Mapping[str, Any]:
    one = _known(key)
    currency = request.project.currency  # type: ignore[attr-defined]
    return one.make(AnswersForm(one, currency, request.POST).answers(), currency)


def _told(error: Exception) -> str:
    return " ".join(error.messages) if isinstance(error, ValidationError) else str(error)


def patterns(admin: Any) -> Iterator[Any]:
    """The addresses of the gallery, each for who may make segments."""
    from_urls = admin.own_path

    def shown(request: HttpRequest) -> HttpResponse:
        _may_add(admin, request)
        return gallery(admin, request)

    def count(request: HttpRequest, key: str) -> HttpResponse:
        _may_add(admin, request)
        return counted(request, key)

    def begin(request: HttpRequest, key: str) -> HttpResponse:
        _may_add(admin, request)
        return start(request, key)

    yield from_urls("ready-made/", shown, "segments_ready_made")
    yield from_urls("ready-made/<str:key>/count/", count, "segments_ready_made_count", post=True)
    yield from_urls("ready-made/<str:key>/start/", begin, "segments_ready_made_start", post=True)


def _may_add(admin: Any, request: HttpRequest) -> None:
    if not admin.has_add_permission(request):
        raise PermissionDenied
