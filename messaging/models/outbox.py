from django.db import models
from django.utils.translation import gettext_lazy as _

from .delivery import Delivery


class OutboxMessage(models.Model):
    """A message as it left us, kept by the local outbox: the channel that sends nothing anywhere.

    Personal data: all of it.
    """

    delivery = models.OneToOneField(Delivery, models.CASCADE, related_name="outbox_message")
    to_address = models.CharField(_("to"), max_length=320)
    from_address = models.CharField(_("from"), max_length=320)
    subject = models.CharField(_("subject"), max_length=998)
    html = models.TextField(_("HTML"))
    text = models.TextField(_("text"))
    headers = models.JSONField(_("headers"), default=dict)
    created_at = models.DateTimeField(_("written"))

    class Meta:
        verbose_name = _("outbox message")
        verbose_name_plural = _("local outbox")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.subject
