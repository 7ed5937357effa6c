from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Indexes for search, list and timeline of customers; made beside the running traffic."""

    atomic = False

    dependencies = [
        ("customers", "0009_customer_phone_index"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="customer",
            index=models.Index(fields=["country", "id"], name="customers_customer_country"),
        ),
        AddIndexConcurrently(
            model_name="customer",
            index=models.Index(
                condition=models.Q(("kind", "business")),
                fields=["id"],
                name="customers_customer_business",
            ),
        ),
        AddIndexConcurrently(
            model_name="customer",
            index=models.Index(
                condition=models.Q(("birth_month__isnull", True)),
                fields=["id"],
                name="customers_customer_no_birthday",
            ),
        ),
        AddIndexConcurrently(
            model_name="customer",
            index=GinIndex(fields=["metadata"], name="customers_customer_metadata"),
        ),
        AddIndexConcurrently(
            model_name="event",
            index=models.Index(
                fields=["identity", "data_category", "occurred_at"], name="customers_event_timeline"
            ),
        ),
        AddIndexConcurrently(
            model_name="identity",
            index=models.Index(fields=["external_id"], name="customers_identity_external"),
        ),
        AddIndexConcurrently(
            model_name="order",
            index=GinIndex(
                fields=["source_id"], name="customers_order_number_trgm", opclasses=["gin_trgm_ops"]
            ),
        ),
        AddIndexConcurrently(
            model_name="purchaseprofile",
            index=models.Index(fields=["last_order_at"], name="customers_purchase_last_order"),
        ),
        AddIndexConcurrently(
            model_name="purchasetotal",
            index=models.Index(fields=["currency", "amount"], name="customers_purchase_amount"),
        ),
    ]
