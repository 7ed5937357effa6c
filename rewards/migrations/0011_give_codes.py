from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("rewards", "0010_mend_codes")]

    operations = [
        migrations.AlterModelOptions(
            name="voucher",
            options={
                "ordering": ["-id"],
                "permissions": [
                    ("export_voucher", "Can export codes"),
                    ("mend_voucher", "Can switch a code and move its end"),
                    ("give_voucher", "Can give a customer a code"),
                ],
                "verbose_name": "code",
                "verbose_name_plural": "codes",
            },
        ),
    ]
