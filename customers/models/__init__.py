from .consent import (
    Channel,
    ConsentAction,
    ConsentBasis,
    ConsentEvent,
    ConsentState,
    ConsentText,
    DataCategory,
)
from .customer import Customer, CustomerQuerySet, Identity
from .event import Event
from .import_run import ImportRun
from .order import Order, OrderLine, Return, ReturnLine, ReturnMatch
from .product import Product

__all__ = [
    "Channel",
    "ConsentAction",
    "ConsentBasis",
    "ConsentEvent",
    "ConsentState",
    "ConsentText",
    "Customer",
    "CustomerQuerySet",
    "DataCategory",
    "Event",
    "Identity",
    "ImportRun",
    "Order",
    "OrderLine",
    "Product",
    "Return",
    "ReturnLine",
    "ReturnMatch",
]
