"""One function erases what was said about consent; everywhere else those rows stay append-only.

Two things let a delete through: the setting that only that function makes, for as long as it runs,
and the erasure of that very customer, which it writes first.
"""

from django.db import migrations, models

ERASE = """
CREATE FUNCTION customers_erase_consents(departing bigint[], moment timestamptz) RETURNS void
LANGUAGE plpgsql SET vesile.erasing = 'yes' AS $$
BEGIN
    INSERT INTO customers_erasure (customer_pk, erased_at)
        SELECT DISTINCT unnest(departing), moment
        ON CONFLICT (customer_pk) DO UPDATE SET erased_at = excluded.erased_at, listed_at = NULL;
    DELETE FROM customers_consentstate WHERE customer_id = ANY(departing);
    DELETE FROM customers_consentevent e USING customers_identity i
        WHERE i.id = e.identity_id AND i.customer_id = ANY(departing);
END $$;

CREATE OR REPLACE FUNCTION customers_protect_consent_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('vesile.erasing', true) = 'yes' AND EXISTS (
        SELECT 1 FROM customers_erasure e JOIN customers_identity i ON i.customer_id = e.customer_pk
        WHERE i.id = OLD.identity_id
    ) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'consent events are never changed or deleted'
        USING ERRCODE = 'restrict_violation';
END $$;
"""
KEEP = """
CREATE OR REPLACE FUNCTION customers_protect_consent_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'consent events are never changed or deleted'
        USING ERRCODE = 'restrict_violation';
END $$;
DROP FUNCTION customers_erase_consents(bigint[], timestamptz);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0005_whole_person"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="customer",
            options={
                "ordering": ["-id"],
                "permissions": [
                    ("export_customer", "Can export customers"),
                    ("restrict_customer", "Can restrict the processing of customers"),
                    ("erase_customer", "Can erase customers"),
                ],
                "verbose_name": "customer",
                "verbose_name_plural": "customers",
            },
        ),
        migrations.AddField(
            model_name="erasure",
            name="listed_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="listed"),
        ),
        migrations.AddField(
            model_name="retentionrun",
            name="position",
            field=models.BigIntegerField(default=0, editable=False),
        ),
        migrations.AddIndex(
            model_name="erasure",
            index=models.Index(
                condition=models.Q(("listed_at", None)),
                fields=["id"],
                name="customers_erasure_unlisted",
            ),
        ),
        migrations.RunSQL(ERASE, KEEP),
    ]
