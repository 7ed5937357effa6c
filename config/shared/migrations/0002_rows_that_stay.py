"""The project's row, the default brand, and an audit log that the database itself protects."""

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


def add_rows(apps, schema_editor):
    apps.get_model("shared", "Project").objects.create(pk=1)
    apps.get_model("shared", "Brand").objects.create(name="Vesile", is_default=True)


class Migration(migrations.Migration):
    dependencies = [("shared", "0001_initial")]
    operations = [
        migrations.RunPython(add_rows, migrations.RunPython.noop),
        migrations.RunSQL(
            PROTECT_AUDIT,
            "DROP TRIGGER shared_audit_stays ON shared_auditentry;"
            " DROP FUNCTION shared_protect_audit();",
        ),
    ]
