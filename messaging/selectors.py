"""Reading templates, deliveries and what became of them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Count, QuerySet

from config.shared.models import Project
from customers.models import Channel, Customer
from messaging import context
from messaging.claims import Claim
from messaging.errors import TemplateError
from messaging.gate import NO_TEMPLATE, reason_in_words
from messaging.models import Delivery, DeliveryState, Template, TemplateVersion
from messaging.rendering import Rendered, prepare


@dataclass(frozen=True, slots=True)
class NewestVersions:
    """The newest version of each language of some templates."""

    by_template: dict[int, dict[str, TemplateVersion]]
    project_language: str

    def words_for(self, template_id: int, language: str) -> TemplateVersion | None:
        """The customer's language, else the project's, else the one written last."""
        versions = self.by_template.get(template_id, {})
        for wanted in (language, language.partition("-")[0], self.project_language):
            if wanted in versions:
                return versions[wanted]
        return max(versions.values(), key=lambda version: version.pk, default=None)


def newest_versions(template_ids: Iterable[int]) -> NewestVersions:
    found: dict[int, dict[str, TemplateVersion]] = {}
    for version in (
        TemplateVersion.objects.filter(template_id__in=list(template_ids))
        .order_by("template_id", "language", "-number")
        .distinct("template_id", "language")
    ):
        found.setdefault(version.template_id, {})[version.language] = version
    return NewestVersions(found, Project.objects.get().language)


def claim_of(delivery: Delivery, language: str) -> Claim:
    """The delivery (with identity, customer and template's brand loaded) as the gate sees it."""
    return Claim(
        delivery_id=delivery.pk,
        customer=delivery.identity.customer,
        identity_id=delivery.identity_id,
        channel=delivery.channel,
        brand=delivery.template.brand,
        template_id=delivery.template_id,
        source_kind=delivery.source_kind,
        source_id=delivery.source_id,
        occurrence_key=delivery.occurrence_key,
        step=delivery.step,
        due_at=delivery.not_before,
        voucher_id=delivery.voucher_id,
        language=language,
    )


def with_voucher(claim: Claim, voucher_id: int | None) -> Claim:
    return replace(claim, voucher_id=voucher_id) if voucher_id else claim


def preview(
    template: Template,
    *,
    customer: Customer,
    at: datetime,
    source_kind: str = "",
    source_id: int = 0,
    occurrence_key: str = "",
) -> Rendered:
    """The message as this customer would get it; codes are examples. Nothing is written.

    Raises TemplateError where the template has no words or they cannot be filled in.
    """
    version = newest_versions([template.pk]).words_for(template.pk, customer.language)
    if version is None:
        raise TemplateError(reason_in_words(NO_TEMPLATE))
    identity = customer.identities.order_by("id").first()
    claim = Claim(
        delivery_id=0,
        customer=customer,
        identity_id=identity.pk if identity else 0,
        channel=Channel.EMAIL,
        brand=template.brand,
        template_id=template.pk,
        source_kind=source_kind,
        source_id=source_id,
        occurrence_key=occurrence_key,
        language=version.language,
        preview=True,
    )
    values = context.values_for([claim], at=at)[0]
    return prepare(version.subject, version.body).render(values)


def deliveries_of(customer: Customer) -> QuerySet[Delivery]:
    """All messages to this customer under any identity, newest first, ready to be listed."""
    return (
        Delivery.objects.filter(identity__customer=customer)
        .select_related("template", "template_version")
        .order_by("-id")
    )


@dataclass(frozen=True, slots=True)
class DeliveryCounts:
    """What became of the messages of one cause."""

    waiting: int = 0
    sent: int = 0
    failed: int = 0
    unknown: int = 0
    skipped: int = 0
    skipped_by_reason: dict[str, int] | None = None

    def in_words(self) -> dict[str, int]:
        """Skipped by reason, the reason as people read it, most frequent first."""
        reasons = self.skipped_by_reason or {}
        ordered = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
        return {reason_in_words(reason): number for reason, number in ordered}


_WAITING = (DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.DEFERRED)


def counts_by_source(source_kind: str, source_ids: Iterable[int]) -> dict[int, DeliveryCounts]:
    """For each cause, in one query; a cause without messages has zeros."""
    totals: dict[int, dict[str, int]] = {pk: {} for pk in source_ids}
    reasons: dict[int, dict[str, int]] = {pk: {} for pk in totals}
    rows = (
        Delivery.objects.filter(source_kind=source_kind, source_id__in=list(totals))
        .values_list("source_id", "state", "reason")
        .annotate(number=Count("id"))
        .order_by()
    )
    for source_id, state, reason, number in rows:
        name = "waiting" if state in _WAITING else state
        totals[source_id][name] = totals[source_id].get(name, 0) + number
        if state == DeliveryState.SKIPPED:
            reasons[source_id][reason] = number
    return {
        pk: DeliveryCounts(skipped_by_reason=reasons[pk], **counted)
        for pk, counted in totals.items()
    }
