from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="decision",
            name="state",
            field=models.CharField(
                choices=[
                    ("due", "due"),
                    ("handed_over", "handed to messaging"),
                    ("too_late", "too late"),
                    ("no_identity", "merged into another customer"),
                ],
                default="due",
                max_length=11,
                verbose_name="state",
            ),
        ),
    ]
