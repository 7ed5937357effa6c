"""The list of segments, and the form of one."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse, reverse_lazy
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST
from unfold.decorators import display

from config.shared import actors
from config.shared.screens import BulkList, RecordAdmin
from config.shared.templatetags.vesile import EMPTY, moment, number
from config.shared.usages import usages_of, usages_of_many
from segments.errors import RuleError
from segments.models import Segment
from segments.overview import kept_sizes
from segments.reach import LONGEST, SECONDS
from segments.rules.fields import all_fields
from segments.selectors import in_words
from segments.services.segments import save_segment

from . import choices, gallery, rfm_map
from .check import asked_about_one, checked, described
from .forms import SegmentForm
from .moves import RemovingMixin, duplicate, keep, page_of
from .page import segment_page
from .spelled import comparisons


class SegmentList(BulkList):
    """Adds what uses the segments of a page and the sizes that are kept; counts none."""

    def add(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        ids = [row.pk for row in rows]
        usages, kept = usages_of_many(Segment, ids), kept_sizes(ids)
        for row in rows:
            row.usages = usages[row.pk]
            row.kept = kept.get(row.pk)

    def url_for_result(self, result: Any) -> str:
        return page_of(result.pk)


@admin.register(Segment)
class SegmentAdmin(RemovingMixin, RecordAdmin):
    empty_text = gettext_lazy(
        "A segment describes some of your customers, such as those who ordered three times."
    )
    empty_link = (
        reverse_lazy("admin:segments_ready_made"),
        gettext_lazy("Start from a ready-made one"),
    )
    form = SegmentForm
    list_display = ("segment", "size", "used_in", "changed")
    search_fields = ("name", "description")
    list_before_template = "vesile/segment/above_list.html"
    fieldsets = ((None, {"fields": ("name", "description", "rules")}),)
    change_form_after_template = "vesile/segment/beside.html"
    change_form_outer_after_template = "vesile/segment/ask_about_one.html"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[BulkList]:
        return SegmentList

    def get_urls(self) -> list[URLPattern]:
        own = self.own_path
        return [
            own("check/", self.check_view, "segments_segment_check", post=True),
            own("choices/", require_GET(self.choices_view), "segments_segment_choices"),
            own("check-customer/", self.one_view, "segments_segment_one", post=True),
            own("<int:pk>/page/", self.page_view, "segments_segment_page"),
            own("<int:pk>/found/", self.found_view, "segments_segment_found"),
            own("<int:pk>/check-customer/", self.one_view, "segments_segment_one_of", post=True),
            own(
                "<int:pk>/duplicate/", self.duplicate_view, "segments_segment_duplicate", post=True
            ),
            own("<int:pk>/keep/", self.keep_view, "segments_segment_keep", post=True),
            *gallery.patterns(self),
            *rfm_map.patterns(self),
            *super().get_urls(),
        ]

    def own_path(self, route: str, shown: Any, name: str, *, post: bool = False) -> URLPattern:
        """The pattern of a view of ours, for colleagues who are signed in."""
        view = self.admin_site.admin_view(require_POST(shown) if post else shown)
        return path(route, view, name=name)

    # --- writing ---
    def write(
        self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool
    ) -> Segment:
        typed = form.cleaned_data
        return save_segment(
            segment=form.instance if change else None,
            name=typed["name"],
            description=typed["description"],
            rules=typed["rules"],
            actor=actors.staff(request),
        )

    def duplicate_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        return duplicate(request, pk)

    def keep_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        return keep(request, pk)

    def response_post_save_add(self, request: HttpRequest, obj: Any) -> HttpResponse:
        return HttpResponseRedirect(page_of(obj.pk))

    def response_post_save_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        return HttpResponseRedirect(page_of(obj.pk))

    # --- reading ---
    def page_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        self._may_view(request)
        return segment_page(self, request, pk)

    def check_view(self, request: HttpRequest) -> HttpResponse:
        """What the rule typed so far says, or what is wrong with it; asked while typing."""
        self._may_view(request)
        return checked(request)

    def choices_view(self, request: HttpRequest) -> HttpResponse:
        """Values found by typing, for the pickers of the builder."""
        self._may_view(request)
        return choices.answer(request)

    def found_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Whom a stored segment finds: a fragment of its page, or a cell of the list (`?cell`)."""
        self._may_view(request)
        segment = Segment.objects.filter(pk=pk).first()
        if segment is None:
            return HttpResponse()
        context = described(
            segment.rules,
            with_examples=request.user.has_perm("customers.view_customer"),
            kept=kept_sizes([pk]).get(pk),
            seconds=LONGEST if "exact" in request.GET else SECONDS,
        )
        if "cell" in request.GET:
            return TemplateResponse(request, "vesile/segment/cell.html", context)
        return self._shown(
            request,
            "vesile/segment/found.html",
            title=segment.name,
            **context,
            exact_url=f"{reverse('admin:segments_segment_found', args=[pk])}?exact=1",
        )

    def one_view(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        """Whether a customer is described, and why; by the rule sent, or by a stored segment."""
        self._may_view(request)
        if not request.user.has_perm("customers.view_customer"):
            raise PermissionDenied
        segment = None if pk is None else Segment.objects.filter(pk=pk).first()
        return self._shown(
            request,
            "vesile/segment/one.html",
            title=_("Check a customer"),
            **asked_about_one(request, segment),
            one_url=request.path,
        )

    def _shown(self, request: HttpRequest, template: str, **context: Any) -> HttpResponse:
        """The fragment alone where a script asks for it, else in the frame of a page."""
        if "HX-Request" in request.headers:
            return TemplateResponse(request, template, context)
        title = context.pop("title")
        return self.page(
            request, "vesile/segment/alone.html", title=title, fragment=template, **context
        )

    def _may_view(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Removed by the dialog of its page."""
        return False

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        segment = kwargs.get("obj")
        currency = request.project.currency  # type: ignore[attr-defined]
        context.update(
            rule_fields=[(field, list(comparisons(field, currency))) for field in all_fields()],
            usages=usages_of(segment) if segment and segment.pk else [],
            check_url=reverse("admin:segments_segment_check"),
            one_url=reverse("admin:segments_segment_one"),
        )
        return super().render_change_form(request, context, *args, **kwargs)

    # --- columns ---
    @display(description=gettext_lazy("Segment"), ordering="name")
    def segment(self, segment: Segment) -> str:
        try:
            words = in_words(segment.rules)
        except RuleError as error:
            words = str(error)
        return format_html('{}<br><span class="v-sub">{}</span>', segment.name, words)

    @display(description=gettext_lazy("Customers"))
    def size(self, segment: Any) -> str:
        if segment.kept is not None:
            return format_html(
                '{}<br><span class="v-sub">{}</span>',
                number(segment.kept.size),
                moment(segment.kept.as_of),
            )
        url = f"{reverse('admin:segments_segment_found', args=[segment.pk])}?cell=1"
        return format_html(
            '<span id="size-{}"><button type="button" class="v-button" hx-get="{}"'
            ' hx-target="#size-{}" hx-swap="innerHTML" aria-label="{}">{}</button></span>',
            segment.pk,
            url,
            segment.pk,
            _("Count the customers of “%(name)s”") % {"name": segment.name},
            _("Count"),
        )

    @display(description=gettext_lazy("Used in"))
    def used_in(self, segment: Any) -> str:
        return ", ".join(usage.name for usage in segment.usages) or EMPTY

    @display(description=gettext_lazy("Changed"))
    def changed(self, segment: Segment) -> str:
        return moment(segment.updated_at)
