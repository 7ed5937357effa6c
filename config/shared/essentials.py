"""Rows without which nothing works: the project's one row and a default brand."""

from config.shared.models import Brand, Project


def ensure() -> None:
    """Make what is missing; called after every `migrate`."""
    Project.objects.get_or_create(pk=1)
    if not Brand.objects.filter(is_default=True).exists():
        Brand.objects.create(name="Vesile", is_default=True)
