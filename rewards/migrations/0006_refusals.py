from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Refusals are found without looking at accepted redemptions; who may take back what."""

    atomic = False

    dependencies = [
        ("rewards", "0005_deleted_offers"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="redemption",
            options={
                "ordering": ["-id"],
                "permissions": [
                    ("roll_back_redemption", "Can roll back a redemption"),
                    ("return_redemption", "Can record a return of a redemption"),
                    ("export_redemption", "Can export refused attempts"),
                ],
                "verbose_name": "redemption",
                "verbose_name_plural": "redemptions",
            },
        ),
        AddIndexConcurrently(
            model_name="redemption",
            index=models.Index(
                fields=["promotion", "created_at"],
                condition=models.Q(("result", "FAILURE"), ("test", False)),
                name="rewards_refusal_recent",
            ),
        ),
        AddIndexConcurrently(
            model_name="redemption",
            index=models.Index(
                fields=["failure_rule", "-id"],
                condition=models.Q(("result", "FAILURE")),
                name="rewards_refusal_rule",
            ),
        ),
    ]
