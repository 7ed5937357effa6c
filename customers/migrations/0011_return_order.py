from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Finds the returns that wait for an order, beside orders that come in meanwhile."""

    atomic = False

    dependencies = [("customers", "0010_find_customers")]

    operations = [
        AddIndexConcurrently(
            model_name="return",
            index=models.Index(
                fields=["order_source_id"],
                condition=~models.Q(order_source_id=""),
                name="customers_return_order",
            ),
        ),
    ]
