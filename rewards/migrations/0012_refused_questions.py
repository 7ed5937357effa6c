from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0017_import_uploader"),
        ("rewards", "0011_give_codes"),
    ]

    operations = [
        migrations.AddField(
            model_name="redemption",
            name="only_asked",
            field=models.BooleanField(default=False, editable=False, verbose_name="only asked"),
        ),
        migrations.AddIndex(
            model_name="redemption",
            index=models.Index(
                fields=["voucher", "identity", "created_at"],
                condition=models.Q(only_asked=True),
                name="rewards_refusal_asked",
            ),
        ),
        migrations.AddConstraint(
            model_name="redemption",
            constraint=models.CheckConstraint(
                condition=models.Q(("result", "FAILURE"), ("only_asked", False), _connector="OR"),
                name="rewards_redemption_asked_is_refused",
            ),
        ),
    ]
