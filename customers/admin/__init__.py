"""Customers and what belongs to them in the admin.

One module per concept, named here; what adds a page of one customer does so with
`pages.customer_page_at`, and a button or a banner leads to it by `customers.panels`.
"""

from . import consents, derived, editing, interests, retention, rights
from .advisers import AdviserAdmin
from .attributes import AttributeAdmin
from .categories import ProductCategoryAdmin
from .customers import CustomerAdmin
from .exports import ExportRunAdmin
from .imports import ImportRunAdmin
from .merging import MergeAdmin
from .products import ProductAdmin
from .suppressions import SuppressionAdmin
from .texts import ConsentTextAdmin

__all__ = [
    "AdviserAdmin",
    "AttributeAdmin",
    "ConsentTextAdmin",
    "CustomerAdmin",
    "ExportRunAdmin",
    "ImportRunAdmin",
    "MergeAdmin",
    "ProductAdmin",
    "ProductCategoryAdmin",
    "SuppressionAdmin",
    "consents",
    "derived",
    "editing",
    "interests",
    "retention",
    "rights",
]
