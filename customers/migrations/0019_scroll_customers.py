from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """An index for clients that scroll through all customers; made beside the running traffic."""

    atomic = False

    dependencies = [
        ("customers", "0018_apostrophes"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="customer",
            index=models.Index(fields=["created_at", "id"], name="customers_customer_created"),
        ),
    ]
