from django.db import migrations

# Django defers the check of a foreign key, and with it the lock on what it names, to the commit. A
# redemption must hold its offer and its customer before it takes uses and budgets: whoever changes
# or erases those locks them first and counts what was taken afterwards.
_ALTER = """
DO $$
DECLARE named text;
BEGIN
    FOR named IN
        SELECT c.conname FROM pg_constraint c
        JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY(c.conkey)
        WHERE c.conrelid = 'rewards_redemption'::regclass AND c.contype = 'f'
            AND a.attname IN ('promotion_id', 'identity_id')
    LOOP
        EXECUTE format('ALTER TABLE rewards_redemption ALTER CONSTRAINT %I DEFERRABLE {when}',
            named);
    END LOOP;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("rewards", "0006_refusals")]

    operations = [
        migrations.RunSQL(
            _ALTER.replace("{when}", "INITIALLY IMMEDIATE"),
            _ALTER.replace("{when}", "INITIALLY DEFERRED"),
        ),
    ]
