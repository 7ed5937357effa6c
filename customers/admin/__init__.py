"""Customers and what belongs to them in the admin.

One module per concept, named here; what adds a page of one customer does so with
`pages.customer_page_at`, and a button or a banner leads to it by `customers.panels`.
"""

from . import derived, interests, retention, rights
from .customers import CustomerAdmin
from .exports import ExportRunAdmin
from .imports import ImportRunAdmin

__all__ = [
    "CustomerAdmin",
    "ExportRunAdmin",
    "ImportRunAdmin",
    "derived",
    "interests",
    "retention",
    "rights",
]
