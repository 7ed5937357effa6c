from django.db import migrations, models


class Migration(migrations.Migration):
    """What was launched keeps its message: decisions may still wait to be handed over."""

    dependencies = [("campaigns", "0002_no_identity")]

    operations = [
        migrations.RemoveConstraint(model_name="campaign", name="campaigns_live_has_message"),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(state="draft") | models.Q(template__isnull=False),
                name="campaigns_launched_has_message",
            ),
        ),
    ]
