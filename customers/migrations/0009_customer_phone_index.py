from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Customers are recognised by their phone number; made beside the running traffic."""

    atomic = False

    dependencies = [
        ("customers", "0008_file_imports"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="customer",
            index=models.Index(
                condition=models.Q(("phone", ""), _negated=True),
                fields=["phone"],
                name="customers_customer_phone",
            ),
        ),
    ]
