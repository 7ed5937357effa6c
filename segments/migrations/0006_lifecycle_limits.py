from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("segments", "0005_rfm_scores"),
    ]

    operations = [
        migrations.CreateModel(
            name="LifecycleLimits",
            fields=[
                (
                    "id",
                    models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False),
                ),
                ("new_count", models.PositiveSmallIntegerField(verbose_name="new for")),
                ("new_unit", models.CharField(max_length=5)),
                ("lapsed_count", models.PositiveSmallIntegerField(verbose_name="lapsed after")),
                ("lapsed_unit", models.CharField(max_length=5)),
            ],
            options={
                "verbose_name": "limits of new, active and lapsed",
                "verbose_name_plural": "limits of new, active and lapsed",
                "default_permissions": ("change",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("id", 1)), name="segments_one_lifecycle_limits"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("lapsed_count__gt", 0), ("new_count__gt", 0)),
                        name="segments_lifecycle_limits_above_zero",
                    ),
                ],
            },
        ),
    ]
