from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("rewards", "0009_test_mode")]

    operations = [
        migrations.AlterModelOptions(
            name="voucher",
            options={
                "ordering": ["-id"],
                "permissions": [
                    ("export_voucher", "Can export codes"),
                    ("mend_voucher", "Can switch a code and move its end"),
                ],
                "verbose_name": "code",
                "verbose_name_plural": "codes",
            },
        ),
        migrations.AlterModelOptions(
            name="stackingrules",
            options={
                "verbose_name": "stacking rules",
                "verbose_name_plural": "how codes combine",
            },
        ),
    ]
