"""People described by dictionaries, stored: what `naive_apps` and `naive_kept` read."""

from dataclasses import dataclass
from datetime import timedelta

from campaigns.models import Campaign
from config.shared.models import Project
from customers.models import Interest, Product, ProductCategory, ReturnMatch
from rewards.models import Promotion
from tests.factories import (
    NOON,
    CampaignFactory,
    ConsentEventFactory,
    ConsentStateFactory,
    CustomerFactory,
    DeliveryFactory,
    IdentityFactory,
    OrderFactory,
    OrderLineFactory,
    ProductFactory,
    PromotionFactory,
    RedemptionFactory,
    ReturnFactory,
    ReturnLineFactory,
    VoucherFactory,
)
from tests.segments.naive_kept import BRAND_OF, CATEGORY_OF

TOPICS = {"cakes": "Cakes", "hearts": "Hearts", "diets": "Diets"}


@dataclass(slots=True)
class Shop:
    """What everybody in the crowd has to do with."""

    products: dict[str, Product]
    promotions: dict[str, Promotion]
    campaigns: dict[str, Campaign]

    @classmethod
    def opened(cls, gated: list[str]) -> "Shop":
        Project.objects.update(gated_categories=gated)
        ProductCategory.objects.create(
            name="Diets", key="diets", is_sensitive=True, created_at=NOON
        )
        return cls(
            {
                sku: ProductFactory(
                    source_id=sku, category=name, categories=[name], brand=BRAND_OF[sku]
                )
                for sku, name in CATEGORY_OF.items()
            },
            {name: PromotionFactory(public_id=name) for name in ("camp_a", "camp_b")},
            {name: CampaignFactory(public_id=name) for name in ("mkt_a", "mkt_b")},
        )


def store(person: dict, shop: Shop) -> int:
    """The primary key of the customer who is that person."""
    latitude, longitude = person["place"] or (None, None)
    customer = CustomerFactory(zone=person["zone"], latitude=latitude, longitude=longitude)
    identity = IdentityFactory(customer=customer)
    for category in person["allows"]:
        ConsentStateFactory(customer=customer, channel="", data_category=category)
    for channel, said in person["consents"].items():
        ConsentStateFactory(
            customer=customer,
            channel=channel,
            since=said["since"],
            valid_until=said["until"],
            event=ConsentEventFactory(identity=identity, channel=channel, source=said["source"]),
        )
    _trade(person, shop, identity)
    for code in person["codes"]:
        _code(code, shop, identity)
    for number, message in enumerate(person["messages"]):
        DeliveryFactory(
            identity=identity,
            source_kind="campaign",
            source_id=shop.campaigns[message["campaign"]].pk,
            occurrence_key=str(number),
            **{name: message[name] for name in ("channel", "finished_at", "state", "reason")},
        )
    for row in person["interests"]:
        row["origin"], row["category"] = row["known"]
        row["liked"] = row["liked"] or row["origin"] != "declared"  # only a told one is disliked
        Interest.objects.create(
            customer=customer,
            kind=row["kind"],
            topic=TOPICS[row["topic"]],
            topic_key=row["topic"],
            origin=row["origin"],
            data_category=row["category"],
            is_liked=row["liked"],
            strength=row["strength"],
            as_of=row["as_of"],
            updated_at=NOON,
        )
    return customer.pk


def _trade(person: dict, shop: Shop, identity: object) -> None:
    for told in person["orders"]:
        names = ("placed_at", "status", "amount", "currency")
        order = OrderFactory(
            identity=identity, is_gift=told["gift"], **{name: told[name] for name in names}
        )
        for sku in told["products"]:
            OrderLineFactory(order=order, product=shop.products[sku], line_key=sku)
    for told in person["returns"]:
        names = ("returned_at", "amount", "currency")
        back = ReturnFactory(identity=identity, **{name: told[name] for name in names})
        for place, sku in enumerate(told["products"]):
            line = ReturnLineFactory(
                document=back,
                product=shop.products[sku],
                quantity=1,
                amount=told["amount"] if place == 0 else 0,
            )
            if told["of_cancelled"] and place == 0:
                begun = OrderFactory(
                    identity=identity, status="CREATED", placed_at=NOON - timedelta(days=90)
                )
                of = OrderLineFactory(order=begun, product=shop.products[sku])
                ReturnMatch.objects.create(return_line=line, order_line=of, quantity=1)


def _code(code: dict, shop: Shop, identity: object) -> None:
    voucher = VoucherFactory(
        promotion=shop.promotions[code["promotion"]],
        holder=identity,
        redemption_limit=code["limit"],
        **{name: code[name] for name in ("created_at", "expires_at", "active")},
    )
    for use in code["uses"]:
        use["promotion"] = code["promotion"]
        failed = use["result"] == "FAILURE"
        RedemptionFactory(
            voucher=voucher,
            identity=identity,
            order_amount=10,
            discount_amount=use["discount"],
            total_amount=10 - use["discount"],
            failure_rule=use["rule"] if failed else "",
            failure_key="x" if failed else "",
            rolled_back_at=None if failed else use["rolled_back_at"],
            **{name: use[name] for name in ("created_at", "result", "currency", "test")},
        )
