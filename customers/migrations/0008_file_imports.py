import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Which customers an import was about, and the state of an import that waits its turn."""

    dependencies = [
        ("customers", "0007_imported_number"),
    ]

    operations = [
        migrations.CreateModel(
            name="ImportTouch",
            fields=[
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="customers.importrun",
                    ),
                ),
                ("customer_id", models.BigIntegerField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "run_id",
                        "customer_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
            ],
            options={
                "verbose_name": "customer of an import",
                "verbose_name_plural": "customers of imports",
            },
        ),
        migrations.AlterField(
            model_name="importrun",
            name="state",
            field=models.CharField(
                choices=[
                    ("uploaded", "to be looked at"),
                    ("checking", "being checked"),
                    ("checked", "checked"),
                    ("waiting", "waiting"),
                    ("running", "running"),
                    ("paused", "paused"),
                    ("finished", "finished"),
                    ("cancelled", "cancelled"),
                    ("failed", "failed"),
                ],
                default="running",
                max_length=9,
                verbose_name="state",
            ),
        ),
    ]
