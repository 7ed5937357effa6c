from .adviser import Adviser
from .attribute import Attribute, AttributeType
from .buying import PriceScale, PurchaseProfile, PurchaseRebuild, PurchaseTotal
from .consent import (
    Channel,
    ConsentAction,
    ConsentBasis,
    ConsentEvent,
    ConsentState,
    ConsentText,
    DataCategory,
    OptIn,
    TextOrigin,
)
from .customer import Address, Customer, CustomerKind, CustomerQuerySet, Identity, Restriction
from .event import Event
from .import_run import ImportedNumber, ImportMapping, ImportRun, ImportTouch
from .interest import Interest, InterestKind, InterestOrigin
from .merge import Merge
from .order import Order, OrderLine, Return, ReturnLine, ReturnMatch
from .product import Product, ProductCategory, Sku
from .rights import Erasure, ExportRun, ExportState, RetentionRun, Suppression, SuppressionReason

__all__ = [
    "Address",
    "Adviser",
    "Attribute",
    "AttributeType",
    "Channel",
    "ConsentAction",
    "ConsentBasis",
    "ConsentEvent",
    "ConsentState",
    "ConsentText",
    "Customer",
    "CustomerKind",
    "CustomerQuerySet",
    "DataCategory",
    "Erasure",
    "Event",
    "ExportRun",
    "ExportState",
    "Identity",
    "ImportMapping",
    "ImportRun",
    "ImportTouch",
    "ImportedNumber",
    "Interest",
    "InterestKind",
    "InterestOrigin",
    "Merge",
    "OptIn",
    "Order",
    "OrderLine",
    "PriceScale",
    "Product",
    "ProductCategory",
    "PurchaseProfile",
    "PurchaseRebuild",
    "PurchaseTotal",
    "Restriction",
    "RetentionRun",
    "Return",
    "ReturnLine",
    "ReturnMatch",
    "Sku",
    "Suppression",
    "SuppressionReason",
    "TextOrigin",
]
