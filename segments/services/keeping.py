"""Which segments have their membership kept, and by which question it was built.

Rows are kept of a segment because something needs them (`segments.needs`) or because somebody asked
for its history. A review finds what is to be kept from now on, or no longer, and which segments ask
another question than was built: because their rule changed, or one they name, an attribute, a list,
or the kinds of data that need permission.
"""

from collections.abc import Collection
from typing import Final

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from config.shared import audit, clock, dispatch
from config.shared.actors import Actor
from config.shared.errors import Conflict
from customers.models import DataCategory
from customers.selectors import gated_categories
from segments.kept_rules import digest_of, tree_of
from segments.models import Because, KeepingState, KeptSegment, Segment
from segments.needs import needed

BUILD: Final = "segments.build_kept"
REVIEW: Final = "segments.review_kept"
_ROWS_AT_ONCE: Final = 10_000


class SegmentGone(Conflict):
    """Somebody deleted the segment meanwhile."""

    message = _("This segment was deleted meanwhile.")


def keep_segment(*, segment: Segment, actor: Actor) -> KeptSegment:
    """Keep the membership and history of this segment from now on, because somebody asks for it.

    Nobody has entered by that: whoever is in it is found by a build in the background, and since
    when is not known of them. Asking twice changes nothing. Raises SegmentGone.
    """
    with transaction.atomic():
        kept = _locked(segment)
        if not kept.asked:
            kept.asked = True
            kept.save(update_fields=["asked"])
            audit.record(actor=actor, action="segment.kept", of=segment)
        return kept


def stop_keeping(*, segment: Segment, actor: Actor) -> None:
    """Nobody asks for the history any more; rows go unless something else needs them."""
    with transaction.atomic():
        kept = KeptSegment.objects.select_for_update().filter(segment=segment, asked=True).first()
        if kept is None:
            return
        kept.asked = False
        kept.save(update_fields=["asked"])
        audit.record(actor=actor, action="segment.not_kept", of=segment)
        dispatch.after_commit(REVIEW)


def review() -> None:
    """Begin and end keepings as they are needed, and have built anew what asks something else.

    One transaction for each segment; two at once do the same twice, which is once.
    """
    wanted = needed()
    for segment in Segment.objects.filter(pk__in=wanted, keeping=None).order_by("pk"):
        with transaction.atomic():
            _locked(segment)
    for pk in KeptSegment.objects.filter(asked=False).exclude(pk__in=wanted).values_list("pk"):
        _end(pk[0])
    forget_left_over()
    gated = gated_categories()
    for kept in KeptSegment.objects.select_related("segment").order_by("pk"):
        digest = digest_of(tree_of(kept.segment), gated)
        if kept.digest != digest or set(kept.gated) != gated:
            _ask_anew(kept.pk, digest, gated, Because.RULES)


def look_at(segment: Segment) -> None:
    """The same for one segment that was just saved and for those that name it, in this transaction.

    The others are found by the sweep.
    """
    gated = gated_categories()
    for kept in KeptSegment.objects.select_related("segment").order_by("pk"):
        if kept.pk != segment.pk and segment.public_id not in str(kept.segment.rules):
            continue
        digest = digest_of(tree_of(kept.segment), gated)
        if kept.digest != digest:
            _ask_anew(kept.pk, digest, gated, Because.RULES)


def build_anew(segment_ids: Collection[int], *, because: Because) -> None:
    """Have these kept segments built again although they ask the same, in this transaction."""
    for kept in KeptSegment.objects.filter(pk__in=segment_ids).order_by("pk"):
        _ask_anew(kept.pk, kept.digest, frozenset(map(DataCategory, kept.gated)), because)


def end_for_deletion(segment: Segment) -> None:
    """Lock the keeping against everybody who writes memberships, before the segment is locked.

    In this order, as they lock them too: the rows themselves go with the segment.
    """
    KeptSegment.objects.select_for_update().filter(segment=segment).first()


def forget_left_over() -> int:
    """Delete rows of segments that are kept no longer, some at a time; returns how many."""
    deleted = 0
    for table in ("segments_membership", "segments_membershipchange", "segments_sizepoint"):
        while count := _delete_some(table):
            deleted += count
    return deleted


def _delete_some(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {table} WHERE id IN (SELECT r.id FROM {table} r"
            " JOIN segments_segment s ON s.id = r.segment_id"
            " WHERE NOT EXISTS (SELECT FROM segments_keptsegment k WHERE k.segment_id = s.id)"
            " LIMIT %s)",
            [_ROWS_AT_ONCE],
        )
        return int(cursor.rowcount)


def _locked(segment: Segment) -> KeptSegment:
    """The keeping of a segment, made where there is none, locked; raises SegmentGone."""
    # The segment's row as every reference to it is locked: it cannot be deleted meanwhile.
    stored = Segment.objects.select_for_update(no_key=True).filter(pk=segment.pk).first()
    if stored is None:
        raise SegmentGone
    gated = gated_categories()
    kept, is_new = KeptSegment.objects.select_for_update(no_key=True).get_or_create(
        segment=stored,
        defaults={
            "digest": digest_of(tree_of(stored), gated),
            "gated": sorted(gated),
            "since": clock.now(),
        },
    )
    if is_new:
        dispatch.after_commit(BUILD)
    return kept


def _end(segment_id: int) -> None:
    with transaction.atomic():
        kept = KeptSegment.objects.select_for_update().filter(pk=segment_id, asked=False).first()
        if kept is not None:
            kept.delete()


def _ask_anew(
    segment_id: int, digest: str, gated: frozenset[DataCategory], because: Because
) -> None:
    with transaction.atomic():
        kept = KeptSegment.objects.select_for_update(no_key=True).filter(pk=segment_id).first()
        if kept is not None:
            _reset(kept, digest, gated, because)


def begin_anew(kept: KeptSegment) -> None:
    """Have a keeping, which the caller locked, built by the question that its rule asks now."""
    gated = gated_categories()
    _reset(kept, digest_of(tree_of(kept.segment), gated), gated, Because.RULES)


def _reset(
    kept: KeptSegment, digest: str, gated: frozenset[DataCategory], because: Because
) -> None:
    kept.digest, kept.gated = digest, sorted(gated)
    kept.version += 1
    kept.because = because
    kept.state, kept.position = KeepingState.WAITING, 0
    kept.save(update_fields=["digest", "gated", "version", "because", "state", "position"])
    dispatch.after_commit(BUILD)
