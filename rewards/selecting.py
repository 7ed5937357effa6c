"""Reading which goods are meant, as offers and conditions store it."""

from typing import Any

from config.shared.invalid import marked as _
from rewards.arithmetic import Selector
from rewards.reading import Given, ReadingError, texts


def read_selector(raw: Any, path: str) -> Selector:
    """Read {products, skus, categories, collections, brands, excluding}; all are optional.

    Without any set it means everything; what is excluded must name something. Raises ReadingError.
    """
    given = Given(raw, path)
    excluding = given.take("excluding", read_selector, None)
    if excluding is not None and (excluding.names_nothing or excluding.excluding is not None):
        raise ReadingError(given.at("excluding"), _("Name what is excluded."))
    sets = {
        name: given.take(name, texts, frozenset[str]())
        for name in ("products", "skus", "categories", "collections", "brands")
    }
    given.finish()
    return Selector(**sets, excluding=excluding)


def selector_as_json(selector: Selector) -> dict[str, Any]:
    """Return the JSON from which `read_selector` makes the same selector."""
    raw: dict[str, Any] = {
        name: sorted(getattr(selector, name))
        for name in ("products", "skus", "categories", "collections", "brands")
        if getattr(selector, name)
    }
    if selector.excluding is not None:
        raw["excluding"] = selector_as_json(selector.excluding)
    return raw
