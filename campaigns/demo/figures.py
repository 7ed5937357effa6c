"""What the demo shop has come to, as totals of the database."""

from campaigns.models import Decision, DecisionState
from campaigns.services.handing_over import SOURCE_KIND
from customers.models import Customer, Order
from messaging.models import Delivery, DeliveryState
from rewards.models import Redemption, RedemptionResult, Voucher

_NOT_SENT = (DeliveryState.SKIPPED, DeliveryState.FAILED, DeliveryState.UNKNOWN)
_ENDED_AS_DECISION = (DecisionState.TOO_LATE, DecisionState.NO_IDENTITY)


def figures() -> dict[str, int]:
    """Whoever was due was written to or skipped: due = sent + skipped once all is done."""
    deliveries = Delivery.objects.filter(source_kind=SOURCE_KIND)
    redemptions = Redemption.objects.all()
    return {
        "customers": Customer.objects.count(),
        "orders": Order.objects.count(),
        "due": Decision.objects.count(),
        "sent": deliveries.filter(state=DeliveryState.SENT).count(),
        "skipped": deliveries.filter(state__in=_NOT_SENT).count()
        + Decision.objects.filter(state__in=_ENDED_AS_DECISION).count(),
        "codes": Voucher.objects.count(),
        "redeemed": redemptions.filter(result=RedemptionResult.SUCCESS).count(),
        "refused": redemptions.filter(result=RedemptionResult.FAILURE).count(),
    }
