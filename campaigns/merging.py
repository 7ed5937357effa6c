"""What becomes of decisions when two customers become one."""

from campaigns.models import Decision
from campaigns.models.decision import DecisionState
from customers import merging


def _was_sent(kept: Decision, absorbed: Decision) -> bool:
    """Of two for one occurrence the one that led to a message stays: nobody gets it twice."""
    sent = DecisionState.HANDED_OVER
    return absorbed.state == sent and kept.state != sent


def declare() -> None:
    """Called once, when the app is ready."""
    merging.register(
        merging.Moved(Decision, same=("campaign", "occurrence_key"), absorbed_wins=_was_sent)
    )
