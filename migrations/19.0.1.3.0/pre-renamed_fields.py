from odoo.tools import SQL

FIELDS = (
    ("account_move", "subscription_asked_date", "subscription_requested_date"),
    ("account_move", "subscription_draft_seal", "subscription_draft_fingerprint"),
    ("account_move", "subscription_ahead_date", "subscription_prepayment_date"),
    ("payment_token", "subscription_asked_at", "subscription_queried_at"),
    ("payment_transaction", "subscription_ahead_order_id", "subscription_prepayment_order_id"),
    ("payment_transaction", "subscription_ask_at", "subscription_query_at"),
    ("sale_order", "subscription_method_asked_date", "subscription_method_requested_date"),
    ("sale_order", "subscription_trial_terms_id", "subscription_trial_template_id"),
    ("sale_order_line", "subscription_later_steps", "subscription_cut_segments"),
)
# Jobs are never written again once they are there, so their code is changed here.
JOBS = (
    ("_cron_ask_charges", "_cron_query_charges"),
    ("_cron_ask_for_methods", "_cron_request_methods"),
)
# Views also show these, which have no column.
SHOWN = (
    ("action_subscription_bill_ahead", "action_subscription_bill_next_period"),
    ("is_running", "is_begun"),
    ("subscription_later_text", "subscription_until_then_text"),
    ("subscription_payment_left", "subscription_payment_abandoned"),
)


def migrate(cr, version):
    """Give fields and jobs the names that say what they mean."""
    if version:
        rename_fields(cr)
        rename_jobs(cr)
        rename_in_views(cr)


def rename_fields(cr):
    """Rename columns before the new fields are made, so that what they hold stays.

    Running it again does nothing, as nothing is left to rename.

    :param cr: cursor of a database with the tables of the addon
    :return: how many columns were renamed
    :rtype: int
    """
    renamed = 0
    for table, old, new in FIELDS:
        if not _has_column(cr, table, old) or _has_column(cr, table, new):
            continue
        cr.execute(
            SQL(
                "ALTER TABLE %s RENAME COLUMN %s TO %s",
                SQL.identifier(table),
                SQL.identifier(old),
                SQL.identifier(new),
            )
        )
        renamed += 1
    return renamed


def rename_jobs(cr):
    """Let the jobs call their methods by the new names.

    :param cr: cursor of a database with the jobs of the addon
    :return: how many jobs were changed
    :rtype: int
    """
    changed = 0
    for old, new in JOBS:
        cr.execute(
            SQL(
                "UPDATE ir_act_server SET code = replace(code, %s, %s) WHERE code LIKE %s",
                old,
                new,
                f"%{old}%",
            )
        )
        changed += cr.rowcount
    return changed


def rename_in_views(cr):
    """Let the stored views of the addon show the new names, until the update writes them anew.

    While it writes one, the others are still as before, and a name that is gone is an error.

    :param cr: cursor of a database with the views of the addon
    :return: how many views were changed, counted once for each name
    :rtype: int
    """
    changed = 0
    for old, new in SHOWN + tuple(names for _table, *names in FIELDS):
        cr.execute(
            SQL(
                """
                UPDATE ir_ui_view
                   SET arch_db = regexp_replace(arch_db::text, %(word)s, %(new)s, 'g')::jsonb
                 WHERE arch_db::text ~ %(word)s
                   AND id IN (SELECT res_id FROM ir_model_data
                               WHERE module = 'sale_recurring' AND model = 'ir.ui.view')
                """,
                word=rf"\m{old}\M",
                new=new,
            )
        )
        changed += cr.rowcount
    return changed


def _has_column(cr, table, column):
    cr.execute(
        SQL(
            "SELECT 1 FROM information_schema.columns "
            "WHERE table_schema = current_schema AND table_name = %s AND column_name = %s",
            table,
            column,
        )
    )
    return bool(cr.rowcount)
