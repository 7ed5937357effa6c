from django.db import migrations

# What is stored folded, as `fold` folds now. Where two rows became one, the older keeps the key.
_FOLDED = "translate({0}, '\u2018\u2019\u02bc\u2032\u2010\u2013', '''''''''--')"
_CONCERNED = "{0} ~ '[\u2018\u2019\u02bc\u2032\u2010\u2013]'"


def _refold(table: str, column: str, *unique: str) -> str:
    folded, concerned = _FOLDED.format(f"t.{column}"), _CONCERNED.format(f"t.{column}")
    sql = f"UPDATE {table} t SET {column} = {folded} WHERE {concerned}"
    if unique:
        same = " AND ".join(f"o.{name} = t.{name}" for name in unique if name != column)
        sql += (
            f" AND NOT EXISTS (SELECT FROM {table} o WHERE o.id < t.id"
            f" AND {_FOLDED.format(f'o.{column}')} = {folded}{' AND ' + same if same else ''})"
            f" AND NOT EXISTS (SELECT FROM {table} o WHERE o.{column} = {folded}"
            f"{' AND ' + same if same else ''})"
        )
    return sql


class Migration(migrations.Migration):
    dependencies = [("customers", "0017_import_uploader")]

    operations = [
        migrations.RunSQL(sql, migrations.RunSQL.noop)
        for sql in (
            _refold("customers_customer", "search"),
            _refold("customers_product", "search"),
            _refold("customers_productcategory", "key", "key"),
            _refold(
                "customers_interest",
                "topic_key",
                *("customer_id", "kind", "topic_key", "data_category"),
            ),
        )
    ]
