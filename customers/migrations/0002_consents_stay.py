"""Consent events are append-only, and a text somebody agreed to keeps its words."""

from django.db import migrations

PROTECT = """
CREATE FUNCTION customers_protect_consent_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'consent events are never changed or deleted'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER customers_consent_event_stays BEFORE UPDATE OR DELETE ON customers_consentevent
    FOR EACH ROW EXECUTE FUNCTION customers_protect_consent_event();

CREATE FUNCTION customers_protect_consent_text() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM customers_consentevent WHERE text_id = OLD.id) THEN
        RAISE EXCEPTION 'a consent text that somebody answered is never changed'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER customers_consent_text_stays BEFORE UPDATE OR DELETE ON customers_consenttext
    FOR EACH ROW EXECUTE FUNCTION customers_protect_consent_text();
"""
RELEASE = """
DROP TRIGGER customers_consent_event_stays ON customers_consentevent;
DROP FUNCTION customers_protect_consent_event();
DROP TRIGGER customers_consent_text_stays ON customers_consenttext;
DROP FUNCTION customers_protect_consent_text();
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0001_initial")]
    operations = [migrations.RunSQL(PROTECT, RELEASE)]
