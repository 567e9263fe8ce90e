from odoo.tools import plaintext2html


def schedule_once(record, kind, summary, note, user, *, refresh=True, **values):
    """Ask somebody to do something about a record, once as long as the request is open.

    :param record: one record with activities; its rights are those of the activity
    :param str kind: external id of the type of activity
    :param str summary: what happened; an open activity with the same one is the same request
    :param str note: what happened and what to do, in words
    :param user: the `res.users` that is asked
    :param bool refresh: bring the note of an open request up to date
    :param values: other fields of the activity, which also tell requests apart
    """
    record.ensure_one()
    domain = [(name, "=", value) for name, value in {"summary": summary, **values}.items()]
    # sudo: the activity may belong to a colleague
    same = record.activity_ids.sudo().filtered_domain(domain)
    if not same:
        record.activity_schedule(
            kind, summary=summary, note=plaintext2html(note), user_id=user.id, **values
        )
    elif refresh:
        same.note = plaintext2html(note)


def request_mending(order, summary, note):
    """Ask whoever looks after a contract to mend what a job could not do, once while it is open.

    :param order: one contract
    :param str summary: what happened
    :param str note: why, and what to do, in words
    """
    user = order._get_responsible_user()
    schedule_once(order, "mail.mail_activity_data_todo", summary, note, user, refresh=False)
