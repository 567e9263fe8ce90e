"""The database itself refuses to change or delete what was recorded."""

from odoo.tools import SQL

MERGE_SETTING = "sale_recurring.partner_merge"
"""Set while two customers are merged: the rows of one become rows of the other."""

# What a deleted record takes along: the name of a salesperson who is gone says nothing any more.
_MAY_BE_FORGOTTEN = {
    "origin_id": "sale_order",
    "order_id": "sale_order",
    "country_id": "res_country",
    "user_id": "res_users",
    "team_id": "crm_team",
    "template_id": "subscription_template",
    "close_reason_id": "subscription_close_reason",
    "create_uid": "res_users",
    "write_uid": "res_users",
}
_MERGED = ("partner_id", "commercial_partner_id")


def protect(cr, table):
    """Let PostgreSQL refuse to change, delete or empty the rows of a table.

    What it lets pass is a link to a record that is gone, and the two customers of a merge.

    :param cr: cursor of an installation or an update
    :param str table: name of the table
    """
    cr.execute(
        SQL("SELECT column_name FROM information_schema.columns WHERE table_name = %s", table)
    )
    columns = {name for (name,) in cr.fetchall()}
    gone = [
        f"IF NEW.{name} IS NULL AND OLD.{name} IS NOT NULL AND NOT EXISTS "  # noqa: S608
        f"(SELECT 1 FROM {other} WHERE id = OLD.{name}) THEN OLD.{name} := NULL; END IF;"
        for name, other in _MAY_BE_FORGOTTEN.items()
        if name in columns
    ]
    merged = [f"OLD.{name} := NEW.{name};" for name in _MERGED if name in columns]
    body = f"""
        CREATE OR REPLACE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'UPDATE' THEN
                {" ".join(gone)}
                IF current_setting('{MERGE_SETTING}', true) = 'on' THEN
                    {" ".join(merged) or "NULL;"}
                END IF;
                IF OLD IS NOT DISTINCT FROM NEW THEN
                    RETURN NEW;
                END IF;
            END IF;
            RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME
                USING ERRCODE = 'restrict_violation';
        END $$;
        CREATE OR REPLACE TRIGGER {table}_rows BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION {table}_refuse();
        CREATE OR REPLACE TRIGGER {table}_all BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse();
    """
    cr.execute(SQL(body.replace("%", "%%")))


def unprotect(cr):
    """Take away what no table takes along when it is dropped.

    :param cr: cursor of an uninstallation
    """
    for table in ("subscription_mrr_event", "subscription_mrr_part"):
        name = SQL.identifier(f"{table}_refuse")
        cr.execute(SQL("DROP FUNCTION IF EXISTS %s CASCADE", name))
