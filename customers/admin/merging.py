"""Two records of one person: found, compared, merged, and the merge undone."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from config.shared import actors, clock
from config.shared.errors import VesileError
from config.shared.screens import ReadOnlyAdmin
from config.shared.templatetags.vesile import label, moment
from customers import duplicates
from customers.models import Customer, Merge
from customers.services import merging

from .pages import customer_page_at

_MOST_FOUND = 10


def _page_of(pk: int) -> str:
    return reverse("admin:customers_customer_change", args=[pk])


def _allowed(request: HttpRequest, pk: int) -> Customer:
    if not request.user.has_perm("customers.change_customer"):
        raise PermissionDenied
    customer = Customer.objects.select_related("adviser").filter(pk=pk).first()
    if customer is None:
        raise Http404
    return customer


@customer_page_at("merge")
def merge(admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Choose the other record, see what will happen, do it (`?with=` its primary key)."""
    kept = _allowed(request, pk)
    query = request.POST.get("q", "").strip()  # names and addresses stay out of our addresses
    wanted = request.POST.get("with") or request.GET.get("with", "")
    absorbed = None
    if wanted.isdigit() and len(wanted) < 19 and int(wanted) != pk:
        absorbed = Customer.objects.select_related("adviser").filter(pk=wanted).first()
    if request.method == "POST" and "with" in request.POST:
        if absorbed is None:
            messages.error(request, _("There is no such customer (any more)."))
            return HttpResponseRedirect(request.path)
        return _merge(request, kept, absorbed)
    at = clock.now()
    found = Customer.objects.matching(query).exclude(pk=pk)[:_MOST_FOUND] if query else []
    return admin.page(
        request,
        "vesile/customer/merge.html",
        title=_("Merge %(customer)s") % {"customer": kept},
        object=kept,
        customer=kept,
        absorbed=absorbed,
        query=query,
        found=found,
        alike=[] if absorbed else duplicates.alike(kept),
        compared=duplicates.compared(kept, absorbed) if absorbed else [],
        going=duplicates.going_over(absorbed) if absorbed else [],
        merges=[] if absorbed else Merge.objects.undoable(at=at).filter(kept=kept).order_by("-pk"),
    )


def _merge(request: HttpRequest, kept: Customer, absorbed: Customer) -> HttpResponse:
    try:
        merging.merge(
            kept=kept,
            absorbed=absorbed,
            actor=actors.staff(request),
            reason=request.POST.get("reason", ""),
        )
    except VesileError as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(reverse("admin:customers_customer_changelist"))
    messages.success(request, _("The two records are one now. This can be undone for 30 days."))
    return HttpResponseRedirect(_page_of(kept.pk))


@customer_page_at("unmerge")
def unmerge(admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Undo one merge of this customer (`merge`, its primary key)."""
    customer = _allowed(request, pk)
    merges = Merge.objects.filter(kept=customer)
    wanted = request.POST.get("merge", "")
    found = merges.filter(pk=wanted).first() if wanted.isdigit() and len(wanted) < 19 else None
    if request.method != "POST" or found is None:
        return HttpResponseRedirect(reverse("admin:customers_customer_merge", args=[pk]))
    try:
        restored = merging.undo(merge=found, actor=actors.staff(request))
    except VesileError as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(_page_of(pk))
    messages.success(request, _("The merge is undone: this is the record that is back."))
    return HttpResponseRedirect(_page_of(restored.pk))


@admin.register(Merge)
class MergeAdmin(ReadOnlyAdmin):
    empty_text = gettext_lazy("Records are merged on the page of a customer.")
    list_display = ("absorbed_public_id", "into", "merged", "undo_until_in_words")
    fields = ("absorbed_public_id", "into", "reason", "merged", "undo_until_in_words")
    readonly_fields = fields

    def get_urls(self) -> list[URLPattern]:
        return [
            path(
                "duplicates/",
                self.admin_site.admin_view(self.duplicates_view),
                name="customers_merge_duplicates",
            ),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("kept")

    def duplicates_view(self, request: HttpRequest) -> HttpResponse:
        """Customers who share an e-mail or a phone (`?by=`, `?after=`)."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        asked = request.GET.get("by", "")
        after = request.GET.get("after", "")
        is_key = after.isdigit() and len(after) < 19
        by, groups, more = duplicates.first_duplicates(
            [asked] if asked in duplicates.SHARED else duplicates.SHARED,
            after=int(after) if is_key else None,
        )
        return self.page(
            request,
            "vesile/customer/duplicates.html",
            title=_("Possible duplicates"),
            # Not a page about merges: its own title stands above it.
            opts=None,
            model_admin=None,
            by=by,
            groups=groups,
            more=more,
            may_merge=request.user.has_perm("customers.change_customer"),
        )

    @display(description=gettext_lazy("Now part of"))
    def into(self, row: Merge) -> str:
        return str(row.kept)

    @display(description=gettext_lazy("Merged"))
    def merged(self, row: Merge) -> str:
        return moment(row.merged_at)

    @display(description=gettext_lazy("Undo"))
    def undo_until_in_words(self, row: Merge) -> str:
        if row.undone_at:
            return label(_("undone"), "wait")
        if row.undo_until <= clock.now():
            return label(_("final"))
        return label(_("until %(moment)s") % {"moment": moment(row.undo_until)}, "info")
