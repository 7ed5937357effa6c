from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminPasswordWidget

from config.shared import actors
from config.shared.groups import ADMINISTRATOR, MARKETER, SUPPORT
from config.shared.installation import COLLEAGUE_FIELDS, save_colleague
from config.shared.models import StaffUser
from config.shared.screens import RecordAdmin, RecordForm
from config.shared.templatetags.vesile import EMPTY, label, moment

GROUP_NAMES = {
    MARKETER: gettext_lazy("Marketer"),
    SUPPORT: gettext_lazy("Support agent"),
    ADMINISTRATOR: gettext_lazy("Administrator"),
}


def group_name(name: str) -> str:
    return str(GROUP_NAMES.get(name, name))


class GroupChoice(forms.ModelMultipleChoiceField):
    def label_from_instance(self, group: Any) -> str:
        return group_name(group.name)


class StaffUserForm(RecordForm):
    groups = GroupChoice(
        label=gettext_lazy("Works as"),
        queryset=Group.objects.order_by("pk"),
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        required=False,
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        required=False,
        strip=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
    )

    class Meta:
        model = StaffUser
        fields = COLLEAGUE_FIELDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "password" not in self.fields:
            return
        self.initial.pop("password", None)
        if self.instance.pk:
            self.fields["password"].help_text = _("Leave it empty to keep the one there is.")
            self.initial["groups"] = list(self.instance.groups.values_list("pk", flat=True))
        else:
            self.fields["password"].required = True

    def _save_m2m(self) -> None:
        """The service has set the groups."""


@admin.register(StaffUser)
class StaffUserAdmin(RecordAdmin):
    form = StaffUserForm
    list_display = ("colleague", "works_as", "state", "last_seen")
    search_fields = ("email", "first_name", "last_name")
    fieldsets = (
        (None, {"fields": ("email", "first_name", "last_name", "language")}),
        (gettext_lazy("Access"), {"fields": ("groups", "is_active", "password")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("groups").order_by("email")

    def write(
        self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool
    ) -> StaffUser:
        typed = form.cleaned_data
        return save_colleague(
            colleague=form.instance,
            groups=list(typed["groups"]),
            password=typed["password"],
            actor=actors.staff(request),
            by=cast(StaffUser, request.user),
        )

    @display(description=gettext_lazy("Colleague"), ordering="email")
    def colleague(self, user: StaffUser) -> str:
        second = user.email if user.get_full_name() else ""
        return format_html('{}<br><span class="v-sub">{}</span>', str(user), second)

    @display(description=gettext_lazy("Works as"))
    def works_as(self, user: StaffUser) -> str:
        names = [group_name(group.name) for group in user.groups.all()]
        if user.is_superuser:
            names.append(_("all rights"))
        return ", ".join(names) or EMPTY

    @display(description=gettext_lazy("State"))
    def state(self, user: StaffUser) -> str:
        return label(_("may sign in"), "good") if user.is_active else label(_("locked out"), "bad")

    @display(description=gettext_lazy("Last signed in"))
    def last_seen(self, user: StaffUser) -> str:
        return moment(user.last_login) if user.last_login else _("never")
