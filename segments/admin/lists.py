"""Static lists in the admin: made, filled by pasting or a file, and looked at."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.contrib import messages as notices
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from config.shared import actors
from config.shared.errors import VesileError
from config.shared.screens import BulkList, ConfirmForm, RecordAdmin, done, keyset_page
from config.shared.screens.dialogs import refused
from config.shared.screens.history import audit_page
from config.shared.templatetags.vesile import EMPTY, moment, number
from config.shared.usages import usages_of, usages_of_many
from customers.models import Customer, DataCategory
from customers.search import find_customers
from segments.models import ListMember, StaticList
from segments.services.lists import add_to_list, delete_list, remove_from_list, save_list

from .check import described
from .list_filling import filled
from .list_forms import ListForm, PeopleForm

_MOST_FOUND = 10


def page_of(pk: Any) -> str:
    return reverse("admin:segments_staticlist_page", args=[pk])


def rule_of(static_list: StaticList) -> dict[str, Any]:
    """Whom segments find by this list."""
    return {
        "op": "and",
        "rules": [{"field": "list.member", "cmp": "in", "value": [static_list.public_id]}],
    }


class ListOfLists(BulkList):
    def add(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        ids = [row.pk for row in rows]
        usages = usages_of_many(StaticList, ids)
        members = ListMember.objects.filter(list__in=ids).order_by().values_list("list")
        sizes = dict(members.annotate(Count("pk")))
        for row in rows:
            row.usages, row.size = usages[row.pk], sizes.get(row.pk, 0)

    def url_for_result(self, result: Any) -> str:
        return page_of(result.pk)


class RemoveListForm(ConfirmForm):
    form_before_template = "vesile/segment/remove.html"

    def get_before_template_context(
        self, request: HttpRequest, object_id: Any = None
    ) -> dict[str, Any]:
        found = StaticList.objects.filter(pk=object_id).first()
        return {"segment": found, "usages": usages_of(found) if found else []}


@admin.register(StaticList)
class ListAdmin(RecordAdmin):
    empty_text = gettext_lazy(
        "A list holds customers whom somebody chose one by one, from a trade fair or a spreadsheet."
    )
    form = ListForm
    list_display = ("name_of", "members_now", "made_from", "used_in", "changed")
    search_fields = ("name", "description")
    actions_detail = ("remove",)
    fieldsets = ((None, {"fields": ("name", "description", "categories")}),)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[BulkList]:
        return ListOfLists

    def get_urls(self) -> list[URLPattern]:
        def own(route: str, shown: Any, name: str) -> URLPattern:
            view = self.admin_site.admin_view(shown)
            return path(f"<int:pk>/{route}/", view, name=f"segments_staticlist_{name}")

        return [
            own("page", self.page_view, "page"),
            own("fill", require_POST(self.fill_view), "fill"),
            own("add-one", require_POST(self.add_one_view), "add_one"),
            own("remove-one", require_POST(self.remove_one_view), "remove_one"),
            *super().get_urls(),
        ]

    # --- writing ---
    def write(
        self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool
    ) -> StaticList:
        typed = form.cleaned_data
        return save_list(
            static_list=form.instance if change else None,
            name=typed["name"],
            description=typed["description"],
            categories=typed["categories"],
            actor=actors.staff(request),
        )

    def response_post_save_add(self, request: HttpRequest, obj: Any) -> HttpResponse:
        return HttpResponseRedirect(page_of(obj.pk))

    def response_post_save_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        return HttpResponseRedirect(page_of(obj.pk))

    def fill_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        found = self._to_change(request, pk)
        if found is None:
            return self._gone(request)
        return self._page(request, found, **filled(request, found))

    def add_one_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """By `who`, the id of a customer; else those found by `q` are offered."""
        found = self._to_change(request, pk)
        if found is None:
            return self._gone(request)
        typed = request.POST.get("q", "").strip()
        hits = [hit.customer for hit in find_customers(typed, limit=_MOST_FOUND)] if typed else []
        chosen = _customer(request) or (hits[0] if len(hits) == 1 else None)
        if chosen is None:
            return self._page(request, found, hits=hits, q=typed, searched=True)
        added = add_to_list(
            static_list=found, customer_ids=[chosen.pk], actor=actors.staff(request)
        )
        words = _("%(name)s is on the list now.") if added else _("%(name)s was on the list.")
        notices.success(request, words % {"name": chosen})
        return HttpResponseRedirect(page_of(pk))

    def remove_one_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        found = self._to_change(request, pk)
        if found is None:
            return self._gone(request)
        chosen = _customer(request)
        if chosen is not None:
            remove_from_list(
                static_list=found, customer_ids=[chosen.pk], actor=actors.staff(request)
            )
            notices.success(request, _("%(name)s is off the list.") % {"name": chosen})
        return HttpResponseRedirect(page_of(pk))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Removed by the dialog of its page."""
        return False

    def has_remove_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("segments.delete_staticlist")

    @action(
        description=gettext_lazy("Remove…"),
        icon="delete",
        variant=ActionVariant.DANGER,
        permissions=["remove"],
        url_path="remove",
        dialog={
            "title": gettext_lazy("Remove this list?"),
            "description": gettext_lazy(
                "Who is on it is forgotten; no customer is deleted. This cannot be undone."
            ),
            "form_class": RemoveListForm,
            "form_submit_text": gettext_lazy("Remove"),
        },
    )
    def remove(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        listed = reverse("admin:segments_staticlist_changelist")
        found = StaticList.objects.filter(pk=object_id).first()
        if found is None:
            return done(request, listed, _("There is no such list (any more)."))
        try:
            delete_list(static_list=found, actor=actors.staff(request))
        except VesileError as error:
            return refused(request, page_of(object_id), error)
        return done(request, listed, _("“%(name)s” was removed.") % {"name": found.name})

    # --- reading ---
    def page_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = StaticList.objects.filter(pk=pk).first()
        return self._page(request, found) if found else self._gone(request)

    def _page(self, request: HttpRequest, found: StaticList, **context: Any) -> HttpResponse:
        may_look = request.user.has_perm("customers.view_customer")
        rows = ListMember.objects.filter(list=found).select_related("customer")
        before = request.GET.get("before", "")
        tab = "changes" if request.GET.get("tab") == "changes" else "members"
        shown: dict[str, Any] = {
            "people_form": PeopleForm(),
            "size": ListMember.objects.filter(list=found).count(),
            "members": keyset_page(rows, before=before) if may_look and tab == "members" else None,
            "usages": usages_of(found),
            "made_from": [DataCategory(name).label for name in found.categories],
            "changes": audit_page(found, before=before) if tab == "changes" else None,
            "tab": tab,
            **(described(rule_of(found), with_examples=False) if tab == "members" else {}),
            **context,
        }
        return self.page(
            request,
            "vesile/segment/list_page.html",
            title=found.name,
            object=found,
            static_list=found,
            **shown,
        )

    def _to_change(self, request: HttpRequest, pk: int) -> StaticList | None:
        may_look = request.user.has_perm("customers.view_customer")
        if not self.has_change_permission(request) or not may_look:
            raise PermissionDenied
        return StaticList.objects.filter(pk=pk).first()

    def _gone(self, request: HttpRequest) -> HttpResponse:
        notices.warning(request, _("There is no such list (any more)."))
        return HttpResponseRedirect(reverse("admin:segments_staticlist_changelist"))

    # --- columns ---
    @display(description=gettext_lazy("List"), ordering="name")
    def name_of(self, row: StaticList) -> str:
        return format_html('{}<br><span class="v-sub">{}</span>', row.name, row.description)

    @display(description=gettext_lazy("Customers"))
    def members_now(self, row: Any) -> str:
        return number(row.size)

    @display(description=gettext_lazy("Made from"))
    def made_from(self, row: StaticList) -> str:
        return ", ".join(str(DataCategory(name).label) for name in row.categories) or EMPTY

    @display(description=gettext_lazy("Used in"))
    def used_in(self, row: Any) -> str:
        return ", ".join(usage.name for usage in row.usages) or EMPTY

    @display(description=gettext_lazy("Changed"))
    def changed(self, row: StaticList) -> str:
        return moment(row.updated_at)


def _customer(request: HttpRequest) -> Customer | None:
    chosen = request.POST.get("who", "")
    if not chosen.isdigit() or len(chosen) > 18:
        return None
    return Customer.objects.filter(pk=int(chosen)).first()
