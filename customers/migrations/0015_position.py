from django.contrib.postgres.indexes import GistIndex
from django.contrib.postgres.operations import (
    AddConstraintNotValid,
    AddIndexConcurrently,
    ValidateConstraint,
)
from django.db import migrations, models
from django.db.models import F, Func, Q


class Migration(migrations.Migration):
    """Where on the map the address is; beside customers who come in meanwhile."""

    atomic = False

    dependencies = [("customers", "0014_consent_texts_written_here")]

    operations = [
        migrations.AddField(
            model_name="customer",
            name="latitude",
            field=models.FloatField(blank=True, null=True, verbose_name="latitude"),
        ),
        migrations.AddField(
            model_name="customer",
            name="longitude",
            field=models.FloatField(blank=True, null=True, verbose_name="longitude"),
        ),
        AddConstraintNotValid(
            model_name="customer",
            constraint=models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(
                    latitude__isnull=False,
                    longitude__isnull=False,
                    latitude__range=(-90, 90),
                    longitude__range=(-180, 180),
                ),
                name="customers_position_whole",
            ),
        ),
        ValidateConstraint(model_name="customer", name="customers_position_whole"),
        AddIndexConcurrently(
            model_name="customer",
            index=GistIndex(
                Func(F("longitude"), F("latitude"), function="point"),
                condition=Q(latitude__isnull=False),
                name="customers_customer_position",
            ),
        ),
    ]
