from django.db import migrations, models


class Migration(migrations.Migration):
    """What keys in test mode make is marked, so that nothing of it counts or is given away."""

    dependencies = [("rewards", "0008_export_codes")]

    operations = [
        migrations.AddField(
            model_name="promotion",
            name="test",
            field=models.BooleanField(
                db_default=False, default=False, editable=False, verbose_name="test"
            ),
        ),
        migrations.AddField(
            model_name="voucher",
            name="test",
            field=models.BooleanField(
                db_default=False, default=False, editable=False, verbose_name="test"
            ),
        ),
        migrations.AddField(
            model_name="publication",
            name="test",
            field=models.BooleanField(
                db_default=False, default=False, editable=False, verbose_name="test"
            ),
        ),
        migrations.RemoveConstraint(model_name="promotion", name="rewards_promotion_name"),
        migrations.AddConstraint(
            model_name="promotion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("deleted_at", None)),
                fields=("brand", "name", "test"),
                name="rewards_promotion_name",
            ),
        ),
        migrations.RemoveConstraint(model_name="publication", name="rewards_publication_once"),
        migrations.AddConstraint(
            model_name="publication",
            constraint=models.UniqueConstraint(
                condition=models.Q(("source_id", ""), _negated=True),
                fields=("brand", "source_id", "voucher", "test"),
                name="rewards_publication_once",
            ),
        ),
    ]
