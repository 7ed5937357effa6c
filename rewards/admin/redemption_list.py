"""All redemptions that the list shows, taken away as a file."""

from typing import Any

from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import SEARCH_VAR
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from config.shared import actors, clock
from config.shared.screens.downloads import csv_download
from rewards.redemption_export import export_redemptions

from .code_lists import query_of


def export(admin: Any, request: HttpRequest) -> HttpResponseBase:
    """What the file will hold, on POST the file; that somebody had it is in the audit log first."""
    back = reverse("admin:rewards_redemption_changelist") + query_of(request)
    try:
        rows = admin.get_changelist_instance(request).queryset.order_by()
    except IncorrectLookupParameters:
        return HttpResponseRedirect(back)  # the list knows what to say
    with_codes = request.user.has_perm("rewards.export_voucher")
    if request.method != "POST":
        page: HttpResponseBase = admin.page(
            request,
            "vesile/redemption/export.html",
            title=_("Export redemptions"),
            count=rows.count(),
            tests=rows.filter(test=True).exists(),
            with_codes=with_codes,
            is_filtered=bool(_chosen(admin, request)),
            back=back,
        )
        return page
    if not rows.exists():
        messages.warning(request, _("There is nothing to export: the list is empty."))
        return HttpResponseRedirect(back)
    parts = export_redemptions(
        rows,
        actor=actors.staff(request),
        filters=_chosen(admin, request),
        with_codes=with_codes,
    )
    return csv_download(parts, name=f"redemptions-{clock.now():%Y-%m-%d}.csv")


def _chosen(admin: Any, request: HttpRequest) -> list[str]:
    """The filters that narrow the list, by name; “search” where it was searched."""
    names = {one.parameter_name: one.parameter_name for one in admin.list_filter}
    names[SEARCH_VAR] = "search"
    given = (name for name, value in request.GET.items() if str(value).strip())
    return sorted(names[name] for name in given if name in names)
