from .campaign import Campaign, CampaignState, LeapPolicy, OccasionKind
from .decision import Decision, DecisionState

__all__ = [
    "Campaign",
    "CampaignState",
    "Decision",
    "DecisionState",
    "LeapPolicy",
    "OccasionKind",
]
