from django.db import migrations


class Migration(migrations.Migration):
    """Who may take codes out of the house."""

    dependencies = [("rewards", "0007_redemptions_refer_at_once")]

    operations = [
        migrations.AlterModelOptions(
            name="voucher",
            options={
                "ordering": ["-id"],
                "permissions": [("export_voucher", "Can export codes")],
                "verbose_name": "code",
                "verbose_name_plural": "codes",
            },
        ),
    ]
