"""Campaigns in the admin."""

from .campaign import CampaignAdmin

__all__ = ["CampaignAdmin"]
