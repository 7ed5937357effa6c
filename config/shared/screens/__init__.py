"""What the screens of all apps share: admin base classes, key-set pages, charts, money fields."""

from .admin import ReadOnlyAdmin, RecordAdmin, RecordForm
from .charts import Series, stacked_bars
from .dialogs import ConfirmForm, done
from .fields import MoneyField
from .lists import BulkList, LeadsNowhere
from .pages import Page, keyset_page

__all__ = [
    "BulkList",
    "ConfirmForm",
    "LeadsNowhere",
    "MoneyField",
    "Page",
    "ReadOnlyAdmin",
    "RecordAdmin",
    "RecordForm",
    "Series",
    "done",
    "keyset_page",
    "stacked_bars",
]
