"""What is done to a segment from its page: duplicated, removed, its history kept."""

from typing import Any

from django.contrib import messages as notices
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action
from unfold.enums import ActionVariant

from config.shared import actors
from config.shared.errors import VesileError
from config.shared.screens import ConfirmForm, done
from config.shared.screens.dialogs import refused
from config.shared.usages import usages_of
from segments.models import Segment
from segments.services.copies import duplicate_segment
from segments.services.keeping import keep_segment, stop_keeping
from segments.services.segments import delete_segment


def page_of(pk: Any) -> str:
    return reverse("admin:segments_segment_page", args=[pk])


def duplicate(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the copy and open it for editing; POST only."""
    try:
        segment = Segment.objects.get(pk=pk)
        copy = duplicate_segment(segment=segment, actor=actors.staff(request))
    except Segment.DoesNotExist:
        return HttpResponseRedirect(reverse("admin:segments_segment_changelist"))
    except VesileError as error:
        notices.error(request, str(error))
        return HttpResponseRedirect(page_of(pk))
    notices.success(request, _("This is the copy. Give it a name of its own."))
    return HttpResponseRedirect(reverse("admin:segments_segment_change", args=[copy.pk]))


def keep(request: HttpRequest, pk: int) -> HttpResponse:
    """Switch the history of a segment on or off; POST only."""
    segment = Segment.objects.filter(pk=pk).first()
    if segment is None:
        return HttpResponseRedirect(reverse("admin:segments_segment_changelist"))
    try:
        if request.POST.get("keep") == "yes":
            keep_segment(segment=segment, actor=actors.staff(request))
            notices.success(request, _("Who enters and leaves is written down from now on."))
        else:
            stop_keeping(segment=segment, actor=actors.staff(request))
            notices.success(request, _("Its history is not asked for any more."))
    except VesileError as error:
        notices.error(request, str(error))
    return HttpResponseRedirect(page_of(pk))


class RemoveForm(ConfirmForm):
    """Says what still uses the segment before anything happens."""

    form_before_template = "vesile/segment/remove.html"

    def get_before_template_context(
        self, request: HttpRequest, object_id: Any = None
    ) -> dict[str, Any]:
        segment = Segment.objects.filter(pk=object_id).first()
        return {"segment": segment, "usages": usages_of(segment) if segment else []}


class RemovingMixin:
    """The dialog that removes a segment."""

    actions_detail = ("remove",)

    def has_remove_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("segments.delete_segment")

    @action(
        description=gettext_lazy("Remove…"),
        icon="delete",
        variant=ActionVariant.DANGER,
        permissions=["remove"],
        url_path="remove",
        dialog={
            "title": gettext_lazy("Remove this segment?"),
            "description": gettext_lazy(
                "The rule and the history of its size are deleted; no customer is. This cannot be "
                "undone."
            ),
            "form_class": RemoveForm,
            "form_submit_text": gettext_lazy("Remove"),
        },
    )
    def remove(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        segment = Segment.objects.filter(pk=object_id).first()
        listed = reverse("admin:segments_segment_changelist")
        if segment is None:
            return done(request, listed, _("There is no such segment (any more)."))
        try:
            delete_segment(segment=segment, actor=actors.staff(request))
        except VesileError as error:
            return refused(request, page_of(object_id), error)
        return done(request, listed, _("“%(name)s” was removed.") % {"name": segment.name})
