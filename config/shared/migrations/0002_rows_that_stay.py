"""An audit log that the database itself protects."""

from django.db import migrations

PROTECT_AUDIT = """
CREATE FUNCTION shared_protect_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.seal_id IS NULL AND NEW.seal_id IS NOT NULL
       AND to_jsonb(OLD) - 'seal_id' = to_jsonb(NEW) - 'seal_id' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'audit rows are never changed or deleted'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER shared_audit_stays BEFORE UPDATE OR DELETE ON shared_auditentry
    FOR EACH ROW EXECUTE FUNCTION shared_protect_audit();
"""


class Migration(migrations.Migration):
    dependencies = [("shared", "0001_initial")]
    operations = [
        migrations.RunSQL(
            PROTECT_AUDIT,
            "DROP TRIGGER shared_audit_stays ON shared_auditentry;"
            " DROP FUNCTION shared_protect_audit();",
        ),
    ]
