"""Base classes of the admin: writing goes to a service, history is the audit log."""

from collections.abc import Sequence
from typing import Any

from django.contrib.admin import ShowFacets
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin
from unfold.paginator import InfinitePaginator

from config.shared.errors import VesileError

from .history import audit_page

ROWS_PER_PAGE = 25


class RecordForm(ModelForm):
    """A form that can be told, after the service refused, what it must show above its fields."""

    refusal: VesileError | None = None

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.refusal:
            self._show(self.refusal)
        return cleaned

    def _show(self, refusal: VesileError) -> None:
        """Beside the fields where the error names them, else above the form."""
        problems = getattr(refusal, "problems", None)
        if not isinstance(problems, dict):
            self.add_error(None, str(refusal))
            return
        for field, problem in problems.items():
            self.add_error(field if field in self.fields else None, str(problem))


class RecordAdmin(ModelAdmin):
    """An admin whose `write` calls the one service that makes the change.

    A list never counts all rows, shows 25 and offers no bulk deletion. What a service refuses
    comes back as an error of the form, with everything still typed in.
    """

    form = RecordForm
    actions = None
    list_per_page = ROWS_PER_PAGE
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    paginator = InfinitePaginator
    list_filter_submit = False
    warn_unsaved_form = True
    compressed_fields = True
    empty_text: str | Promise = ""
    # Another way to begin, offered where a list is empty: its address and its words; to those who
    # have its permission (“app.codename”), without one to those who may add rows.
    empty_link: tuple[str | Promise, str | Promise] | None = None
    empty_link_permission: str = ""

    # --- writing ---
    def write(
        self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool
    ) -> Model:
        """Call the service for what was typed and return the saved row."""
        raise NotImplementedError(f"{type(self).__name__} shows rows but has no service to change")

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        """Nothing yet: `save_related` knows the inline rows as well and calls the service once."""

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool
    ) -> None:
        form.instance.pk = self.write(request, form, formsets, change).pk

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except VesileError as error:
            request.refusal = error  # type: ignore[attr-defined]
            return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(
        self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        if issubclass(form, RecordForm):
            form.refusal = getattr(request, "refusal", None)
        return form

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """What was in use stays; an admin with a service for deleting overrides this."""
        return False

    # --- history: our audit log instead of Django's, which would keep people's names ---
    def construct_change_message(self, *args: Any, **kwargs: Any) -> list[Any]:
        return []

    def log_addition(self, *args: Any) -> None:
        """The service wrote the audit row."""

    def log_change(self, *args: Any) -> None:
        """The service wrote the audit row."""

    def log_deletions(self, *args: Any) -> None:
        """The service wrote the audit row."""

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        obj = self.get_object(request, object_id)
        if obj is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_or_change_permission(request, obj):
            raise PermissionDenied
        return self.page(
            request,
            "vesile/history.html",
            title=_("History"),
            object=obj,
            changes=audit_page(obj, before=request.GET.get("before", "")),
        )

    # --- pages ---
    def page(
        self, request: HttpRequest, template: str, *, title: str, **context: Any
    ) -> TemplateResponse:
        """A page of our own in the frame of the admin."""
        request.current_app = self.admin_site.name
        return TemplateResponse(
            request,
            template,
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "title": title,
                "model_admin": self,
                **context,
            },
        )

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The list; it knows of the other way to begin where this person may take it."""
        shown: Any = super().get_changelist_instance(request)
        wanted = self.empty_link_permission
        may = request.user.has_perm(wanted) if wanted else self.has_add_permission(request)
        shown.empty_link = self.empty_link if may else None
        return shown

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return super().changelist_view(
            request,
            {"title": self.opts.verbose_name_plural, "subtitle": None, **(extra_context or {})},
        )


class ReadOnlyAdmin(RecordAdmin):
    """Rows that people look at and programs write."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
