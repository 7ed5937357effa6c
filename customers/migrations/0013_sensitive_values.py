from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0012_categories"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="attribute",
            options={
                "ordering": ["name"],
                "permissions": [
                    ("view_sensitive_attribute", "Can see sensitive values of customers")
                ],
                "verbose_name": "custom attribute",
                "verbose_name_plural": "custom attributes",
            },
        ),
    ]
