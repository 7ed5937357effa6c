"""Categories of products in the admin: which are sensitive, and who says so."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import action, display

from config.shared import actors, clock
from config.shared.screens import BulkList, ConfirmForm, ReadOnlyAdmin, done
from config.shared.templatetags.vesile import day, label, number
from config.shared.text import fold
from customers.catalog import buyers_of, product_counts
from customers.models import ProductCategory
from customers.sensitive import Topic, topic_of
from customers.services.categories import decide_sensitivity

TOPICS = {
    Topic.HEALTH: gettext_lazy("health"),
    Topic.WEIGHT: gettext_lazy("weight"),
    Topic.PREGNANCY: gettext_lazy("pregnancy and birth"),
    Topic.RELIGION: gettext_lazy("religion"),
    Topic.POLITICS: gettext_lazy("politics"),
    Topic.INTIMACY: gettext_lazy("intimacy"),
}


class CategoryList(BulkList):
    """Adds to the rows of one page how many products they hold."""

    def add(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        counts = product_counts([row.name for row in rows])
        for row in rows:
            row.product_count = counts.get(row.name, 0)


class SensitiveFilter(admin.SimpleListFilter):
    title = gettext_lazy("sensitive")
    parameter_name = "sensitive"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", _("yes")), ("no", _("no")), ("undecided", _("by its name, undecided"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "yes" | "no":
                return queryset.filter(is_sensitive=self.value() == "yes")
            case "undecided":
                return queryset.filter(is_sensitive=True, decided_at=None)
        return queryset


@admin.register(ProductCategory)
class ProductCategoryAdmin(ReadOnlyAdmin):
    empty_text = gettext_lazy("Categories appear when the shop tells of products that name them.")
    list_display = ("title", "sensitivity", "why", "products")
    list_filter = (SensitiveFilter,)
    search_fields = ("key",)
    search_help_text = gettext_lazy("Any part of the name")
    ordering = ("name",)
    fields = ("title", "sensitivity", "why", "products", "buyers", "meaning")
    readonly_fields = fields
    actions_detail = ("mark", "clear", "agree")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[BulkList]:
        return CategoryList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        wanted = fold(search_term)
        return (queryset.filter(key__contains=wanted) if wanted else queryset), False

    # --- deciding ---
    def has_decide_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("customers.change_productcategory")

    def _filter_unfold_actions_by_permissions(
        self, request: HttpRequest, actions: Any, object_id: Any = None
    ) -> Any:
        """Offer only what changes something."""
        allowed = super()._filter_unfold_actions_by_permissions(request, actions, object_id)
        if not object_id or not str(object_id).isdigit():
            return allowed
        category = ProductCategory.objects.filter(pk=object_id).first()
        offered = {"_mark"}
        if category is not None and category.is_sensitive:
            offered = {"_clear"} if category.decided_at else {"_clear", "_agree"}
        return [one for one in allowed if one.action_name.endswith(tuple(offered))]

    @action(
        description=gettext_lazy("Mark as sensitive…"),
        icon="visibility_off",
        permissions=["decide"],
        url_path="mark",
        dialog={
            "title": gettext_lazy("Mark this category as sensitive?"),
            "description": gettext_lazy(
                "From now on no segment finds who bought its products, new rules cannot name them, "
                "and favourites, price bands and interests leave them out. Segments that name them "
                "already reach fewer people. Orders stay as they are; you can take it back."
            ),
            "form_class": ConfirmForm,
            "form_submit_text": gettext_lazy("Mark as sensitive"),
        },
    )
    def mark(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        return self._decide(request, object_id, True, _("The category is sensitive."))

    @action(
        description=gettext_lazy("It is harmless…"),
        icon="visibility",
        permissions=["decide"],
        url_path="clear",
        dialog={
            "title": gettext_lazy("Is this category harmless?"),
            "description": gettext_lazy(
                "Segments may then ask who bought its products, and favourites, price bands and "
                "interests take them into account. Say so only if nobody could conclude anything "
                "about health, body, pregnancy, belief, politics or intimacy from a purchase."
            ),
            "form_class": ConfirmForm,
            "form_submit_text": gettext_lazy("It is harmless"),
        },
    )
    def clear(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        return self._decide(request, object_id, False, _("The category is harmless."))

    @action(
        description=gettext_lazy("It is sensitive…"),
        icon="check",
        permissions=["decide"],
        url_path="agree",
        dialog={
            "title": gettext_lazy("Is this category sensitive, as its name suggests?"),
            "description": gettext_lazy("Nothing changes but that a person has decided."),
            "form_class": ConfirmForm,
            "form_submit_text": gettext_lazy("It is sensitive"),
        },
    )
    def agree(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        return self._decide(request, object_id, True, _("The category is sensitive."))

    def _decide(
        self, request: HttpRequest, object_id: str, is_sensitive: bool, said: str
    ) -> HttpResponse:
        decide_sensitivity(
            category=ProductCategory.objects.get(pk=object_id),
            is_sensitive=is_sensitive,
            actor=actors.staff(request),
            at=clock.now(),
        )
        return done(
            request, reverse("admin:customers_productcategory_change", args=[object_id]), said
        )

    # --- columns ---
    @display(description=gettext_lazy("Category"), ordering="name")
    def title(self, category: ProductCategory) -> str:
        return category.name

    @display(description=gettext_lazy("Sensitive"))
    def sensitivity(self, category: ProductCategory) -> str:
        if category.is_sensitive:
            return label(_("sensitive"), "wait" if category.decided_at is None else "bad")
        return label(_("harmless"), "plain")

    @display(description=gettext_lazy("Why"))
    def why(self, category: ProductCategory) -> str:
        if category.decided_at is not None:
            return _("a colleague decided on %(day)s") % {"day": day(category.decided_at)}
        topic = topic_of(category.name)
        if topic is None:
            return _("nothing in its name")
        return _("its name suggests: %(topic)s") % {"topic": TOPICS[topic]}

    @display(description=gettext_lazy("Products"))
    def products(self, category: Any) -> str:
        if not hasattr(category, "product_count"):
            category.product_count = product_counts([category.name]).get(category.name, 0)
        return number(category.product_count)

    @display(description=gettext_lazy("Bought by"))
    def buyers(self, category: ProductCategory) -> str:
        found = buyers_of(category)
        text = ngettext("%(n)s customer", "%(n)s customers", found.count) % {
            "n": number(found.count)
        }
        return _("more than %(text)s") % {"text": text} if found.more else text

    @display(description=gettext_lazy("What that means"))
    def meaning(self, category: ProductCategory) -> str:
        if category.is_sensitive:
            return _(
                "No segment, message, favourite or interest knows who bought in this category. "
                "Orders and returns show it as always."
            )
        return _("Segments and interests may use what was bought in this category.")
