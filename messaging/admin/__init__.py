"""Templates, deliveries and the local outbox in the admin."""

from .delivery import DeliveryAdmin
from .outbox import OutboxAdmin
from .template import TemplateAdmin

__all__ = ["DeliveryAdmin", "OutboxAdmin", "TemplateAdmin"]
