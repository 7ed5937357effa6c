"""Deliveries as labels on screen."""

from config.shared.templatetags.vesile import label
from messaging.models import Delivery, DeliveryState

TONES = {
    DeliveryState.PENDING: "wait",
    DeliveryState.SENDING: "wait",
    DeliveryState.DEFERRED: "wait",
    DeliveryState.SENT: "good",
    DeliveryState.SKIPPED: "plain",
    DeliveryState.FAILED: "bad",
    DeliveryState.UNKNOWN: "bad",
}


def delivery_state(delivery: Delivery) -> str:
    return label(delivery.get_state_display(), TONES[DeliveryState(delivery.state)])
