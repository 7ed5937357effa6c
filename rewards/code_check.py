"""Whether one code would be accepted at this moment, as far as that does not hang on the order."""

from datetime import datetime

from config.shared.models import Project
from rewards.asked import AskedCustomer, Attempt
from rewards.assessing import facts_of
from rewards.candidates import Candidate, Found
from rewards.codes import code_key
from rewards.evaluation import refused_by_itself
from rewards.models import Budget, Voucher
from rewards.rules import Refusal, Rule


def why_not_now(voucher: Voucher, *, at: datetime, project: Project) -> Refusal | None:
    """The rule that would refuse the code whatever is ordered; None where none would.

    A personal code is judged as used by its holder, any other as used by a customer who never
    used its offer. Two statements at most. Raises nothing.
    """
    holder, promotion = voucher.holder, voucher.promotion
    budgets = {row.period_key: row for row in Budget.objects.filter(promotion=promotion)}
    candidate = Candidate(voucher.code, voucher, (), budgets)
    customer = AskedCustomer(public_id=holder.customer.public_id) if holder else None
    facts = facts_of(
        attempt=Attempt(codes=(voucher.code,), customer=customer),
        brand_id=promotion.brand_id,
        found=Found({code_key(voucher.code): candidate}, project.currency, project.zone, {}, None),
        identity=holder,
        at=at,
    )
    refusal = refused_by_itself(candidate, facts)
    return None if refusal is None or _asks_who(refusal, voucher) else refusal


def _asks_who(refusal: Refusal, voucher: Voucher) -> bool:
    """Whether the rule only wants a customer to be named, which the shop will do."""
    return voucher.holder is None and refusal.rule == Rule.CUSTOMER_GIVEN
