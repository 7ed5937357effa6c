from django.db import migrations, models
from django.db.models import F


def already_applied(apps, _editor):
    """Until now nothing followed a change of the age: what stands is taken as it is."""
    apps.get_model("shared", "Project").objects.update(consent_age_applied=F("consent_age"))


class Migration(migrations.Migration):
    dependencies = [("shared", "0005_fact_subject")]

    operations = [
        migrations.AddField(
            model_name="project",
            name="consent_age_applied",
            field=models.PositiveSmallIntegerField(default=16, editable=False),
        ),
        migrations.RunPython(already_applied, migrations.RunPython.noop),
    ]
