from django.db import models
from django.utils.translation import gettext_lazy as _


class Adviser(models.Model):
    """The person in the shop who looks after a customer, as far as messages name them.

    `source_id` is the shop's own id. Personal data of a colleague: name, e-mail, phone.
    """

    source_id = models.CharField(_("id in the shop"), max_length=120, unique=True)
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    is_active = models.BooleanField(_("works here"), default=True)

    class Meta:
        verbose_name = _("sales adviser")
        verbose_name_plural = _("sales advisers")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
