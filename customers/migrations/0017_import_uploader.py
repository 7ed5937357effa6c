from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0016_sku"),
    ]

    operations = [
        migrations.AddField(
            model_name="importrun",
            name="uploader_id",
            field=models.CharField(
                blank=True, db_default="", default="", editable=False, max_length=40
            ),
        ),
        migrations.AddField(
            model_name="importrun",
            name="uploader_kind",
            field=models.CharField(
                blank=True, db_default="", default="", editable=False, max_length=12
            ),
        ),
    ]
