"""What apps add to the customer page in `AppConfig.ready()`: tabs, buttons, banners."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.utils.functional import Promise

from config.shared.models import Project
from customers.models import Customer


@dataclass(frozen=True, slots=True)
class Asking:
    """Who looks at whom, when, and with which parameters in the address.

    `before` is the key of the page to show, "" for the first. The identities of the customer are
    loaded; `visible` are the categories of data that may be looked at.
    """

    customer: Customer
    user: Any
    project: Project
    params: QueryDict
    visible: frozenset[str]
    at: datetime

    @property
    def before(self) -> str:
        return self.params.get("before", "")


@dataclass(frozen=True, slots=True)
class Panel:
    """A tab: who may see it, the template that shows it, and what finds its contents.

    `load` is called with the customer, the key of the page to show ("" for the first) and the
    moment; it returns the context of the template. A tab that needs to know more (who looks,
    filters in the address) gives `look` instead.
    """

    key: str
    title: str | Promise
    permission: str
    template: str
    position: int
    load: Callable[[Customer, str, datetime], Mapping[str, Any]] | None = None
    look: Callable[[Asking], Mapping[str, Any]] | None = None

    def contents(self, asking: Asking) -> Mapping[str, Any]:
        if self.look is not None:
            return self.look(asking)
        return self.load(asking.customer, asking.before, asking.at) if self.load else {}


_panels: dict[str, Panel] = {}


def register(panel: Panel) -> None:
    """Add a tab; ValueError where its key is taken."""
    if panel.key in _panels:
        raise ValueError(f"there is a panel {panel.key} already")
    _panels[panel.key] = panel


def panels_for(user: Any) -> list[Panel]:
    """The tabs this colleague may see, in order."""
    allowed = [panel for panel in _panels.values() if user.has_perm(panel.permission)]
    return sorted(allowed, key=lambda panel: panel.position)


def _always(customer: Customer) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class PageAction:
    """A button in the head of the page, for whom it is, and where it leads.

    `url` makes the address of a page or, with `is_dialog`, of an Unfold dialog; nothing is written
    on following it. `shown` says whether it makes sense for this customer now; it may look at the
    row but asks the database nothing.
    """

    key: str
    title: str | Promise
    permission: str
    url: Callable[[Customer], str]
    position: int
    icon: str = ""
    is_dialog: bool = False
    is_dangerous: bool = False
    shown: Callable[[Customer], bool] = _always


@dataclass(frozen=True, slots=True)
class Notice:
    """A banner above the page: a sentence and, at most, one thing to do about it.

    `tone` is `info`, `wait` or `bad`; `url` leads to a page or, with `is_dialog`, to a dialog.
    """

    text: str | Promise
    tone: str = "info"
    url: str = ""
    link: str | Promise = ""
    is_dialog: bool = False


@dataclass(frozen=True, slots=True)
class NoticeSource:
    """Finds the banners of a customer, in at most one statement: called on every view of the page.

    `find` is called with the customer, the colleague who looks, and the moment.
    """

    key: str
    find: Callable[[Customer, Any, datetime], Sequence[Notice]]
    position: int


_actions: dict[str, PageAction] = {}
_notices: dict[str, NoticeSource] = {}


def register_action(action: PageAction) -> None:
    """Add a button; ValueError where its key is taken."""
    if action.key in _actions:
        raise ValueError(f"there is an action {action.key} already")
    _actions[action.key] = action


def register_notice(source: NoticeSource) -> None:
    """Add a finder of banners; ValueError where its key is taken."""
    if source.key in _notices:
        raise ValueError(f"there is a notice {source.key} already")
    _notices[source.key] = source


def actions_for(user: Any, customer: Customer) -> list[tuple[PageAction, str]]:
    """The buttons this colleague may press for this customer, each with its address, in order."""
    allowed = [
        action
        for action in _actions.values()
        if user.has_perm(action.permission) and action.shown(customer)
    ]
    allowed.sort(key=lambda action: (action.is_dangerous, action.position))
    return [(action, action.url(customer)) for action in allowed]


def notices_for(user: Any, customer: Customer, at: datetime) -> list[Notice]:
    """The banners of this customer for this colleague, in order."""
    sources = sorted(_notices.values(), key=lambda source: source.position)
    return [notice for source in sources for notice in source.find(customer, user, at)]
