from odoo.tools import SQL


def mark_changed(records):
    """Let records count as changed now, because what was part of them is deleted.

    Whoever compares the time of their last change sees that they were others before.
    """
    if records:
        # Whoever deletes by writing on them has not stored their time yet.
        records.flush_recordset(["write_date"])
        records.env.cr.execute(
            SQL(
                "UPDATE %s SET write_date = %s WHERE id IN %s",
                SQL.identifier(records._table),
                records.env.cr.now(),
                tuple(records.ids),
            )
        )
        records.invalidate_recordset(["write_date"], flush=False)
