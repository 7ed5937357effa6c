"""Facts by subject, so that those of an erased person can be taken out; the table may be large."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("shared", "0004_consent_settings")]
    operations = [
        AddIndexConcurrently(
            model_name="fact",
            index=models.Index(fields=["subject_id", "kind"], name="shared_fact_subject"),
        ),
    ]
