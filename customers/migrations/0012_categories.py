from django.db import migrations, models
from django.db.models.functions import Now

from config.shared.text import fold
from customers.sensitive import topic_of

_NAMES = """
SELECT category FROM customers_product WHERE category <> ''
UNION
SELECT unnest(categories) FROM customers_product
"""

_MAIN_AMONG_ALL = """
UPDATE customers_product SET categories = array_prepend(category, categories)
WHERE category <> '' AND NOT category = ANY(categories)
"""

_WRITE = """
UPDATE customers_product
SET category = CASE WHEN category = %(told)s THEN %(name)s ELSE category END,
    categories = array_replace(categories, %(told)s::varchar, %(name)s::varchar)
WHERE category = %(told)s OR categories @> ARRAY[%(told)s::varchar]
"""


def name_categories(apps, schema_editor):
    """Make the categories that products name already, each written in one way."""
    category = apps.get_model("customers", "ProductCategory")
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(_NAMES)
        told = sorted(name for (name,) in cursor.fetchall() if fold(name))
        written = {}
        for name in told:
            written.setdefault(fold(name), name)
        known = set(category.objects.values_list("key", flat=True))
        category.objects.bulk_create(
            category(name=name, key=key, is_sensitive=topic_of(name) is not None, created_at=Now())
            for key, name in written.items()
            if key not in known
        )
        written = dict(category.objects.values_list("key", "name"))
        cursor.execute(_MAIN_AMONG_ALL)
        for name in told:
            if written[fold(name)] != name:
                cursor.execute(_WRITE, {"told": name, "name": written[fold(name)]})


def want_purchases(apps, schema_editor):
    """Have what was bought before there were sums added up in the background."""
    if apps.get_model("customers", "Order").objects.exists():
        apps.get_model("customers", "PurchaseRebuild").objects.create(pk=1, wanted_at=Now())


class Migration(migrations.Migration):
    dependencies = [("customers", "0011_return_order")]

    operations = [
        migrations.CreateModel(
            name="PurchaseRebuild",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("wanted_at", models.DateTimeField(verbose_name="wanted")),
                ("position", models.BigIntegerField(default=0)),
                (
                    "customers_done",
                    models.PositiveIntegerField(default=0, verbose_name="customers done"),
                ),
                ("finished_at", models.DateTimeField(null=True, verbose_name="finished")),
            ],
            options={
                "verbose_name": "rebuild of purchases",
                "verbose_name_plural": "rebuilds of purchases",
            },
        ),
        migrations.AddField(
            model_name="productcategory",
            name="decided_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="decided"),
        ),
        migrations.RunPython(name_categories, migrations.RunPython.noop),
        migrations.RunPython(want_purchases, migrations.RunPython.noop),
    ]
