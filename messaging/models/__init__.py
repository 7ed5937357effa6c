from .delivery import Delivery, DeliveryState
from .outbox import OutboxMessage
from .template import Template, TemplateVersion

__all__ = ["Delivery", "DeliveryState", "OutboxMessage", "Template", "TemplateVersion"]
