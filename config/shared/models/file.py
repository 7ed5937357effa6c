from django.db import models
from django.utils.translation import gettext_lazy as _

from config.shared.ids import new_id


def new_file_id() -> str:
    return new_id("file")


class StoredFile(models.Model):
    """An uploaded or produced file, its bytes in chunks; written by `config.shared.files`.

    Personal data: whatever the file holds; `name` as its owner named it.
    """

    public_id = models.CharField(max_length=30, unique=True, default=new_file_id, editable=False)
    name = models.CharField(_("name"), max_length=200)
    content_type = models.CharField(_("type"), max_length=100)
    size = models.BigIntegerField(_("bytes"))
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")

    def __str__(self) -> str:
        return self.name


class FileChunk(models.Model):
    """At most one mebibyte of a file."""

    file = models.ForeignKey(StoredFile, models.CASCADE, related_name="chunks")
    position = models.PositiveIntegerField()
    body = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["file", "position"], name="shared_chunk_position")
        ]

    def __str__(self) -> str:
        return f"{self.file_id}/{self.position}"
