from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.shared.ids import new_id
from config.shared.models import ApiKey
from config.shared.models.project import Brand
from customers.models import Identity

from .promotion import Promotion
from .voucher import Voucher


def new_publication_id() -> str:
    return new_id("pub")


class Publication(models.Model):
    """That a code was given to a customer because somebody asked for it.

    With a `source_id` of the asker the same request gives the same code, however often it comes.
    `test` marks what a key in test mode asked for: no code of the pool was given, and nobody counts
    it.
    Personal data: through `identity`.
    """

    public_id = models.CharField(
        max_length=30, unique=True, default=new_publication_id, editable=False
    )
    brand = models.ForeignKey(Brand, models.PROTECT)
    promotion = models.ForeignKey(Promotion, models.PROTECT, related_name="publications")
    voucher = models.ForeignKey(Voucher, models.PROTECT, related_name="publications")
    identity = models.ForeignKey(Identity, models.PROTECT, related_name="publications")
    api_key = models.ForeignKey(ApiKey, models.SET_NULL, null=True)
    source_id = models.CharField(_("reference"), max_length=120, blank=True)
    channel = models.CharField(_("channel"), max_length=60, blank=True)
    metadata = models.JSONField(_("metadata"), default=dict)
    created_at = models.DateTimeField(_("when"))
    test = models.BooleanField(_("test"), default=False, db_default=False, editable=False)

    class Meta:
        verbose_name = _("publication")
        verbose_name_plural = _("publications")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["promotion", "identity"], name="rewards_publication_customer")
        ]
        constraints = [
            models.UniqueConstraint(
                # Several codes of one request share its reference.
                fields=["brand", "source_id", "voucher", "test"],
                condition=~Q(source_id=""),
                name="rewards_publication_once",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id
