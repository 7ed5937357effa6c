"""What health says about erasures: none is to be made again, and all are on the list."""

from datetime import timedelta
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from config.shared import clock, health
from customers.services import erasure_list

SLOW: Final = timedelta(minutes=5)  # the sweep comes every minute


def erasures() -> health.Part:
    """Down while a restored backup holds people who were erased after it was made."""
    try:
        if erasure_list.is_replay_needed():
            return _part(
                "down",
                _(
                    "A backup was restored that holds people who were erased since. "
                    "Run: python manage.py replay_erasures"
                ),
            )
    except OSError:
        return _part(
            "degraded",
            _("The list of erasures cannot be read. Check the file named by VESILE_ERASURE_LIST."),
        )
    if erasure_list.unlisted_since(clock.now() - SLOW):
        return _part(
            "degraded",
            _(
                "Erasures are not written to the list outside the database. Check the file named "
                "by VESILE_ERASURE_LIST and that a worker runs."
            ),
        )
    return _part("ok", _("Everybody who was erased is gone, and on the list."))


def _part(status: str, words: str | Promise) -> health.Part:
    return health.Part(status, _("Erasures"), words)


def declare() -> None:
    """Called once, when the app is ready."""
    health.add_part("erasures", erasures)
