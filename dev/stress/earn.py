"""Revenue as it is earned, in a process of its own: invoices, the job, and what the books say."""

from datetime import date, timedelta

from odoo.addons.sale_recurring.models.recognition import subscription_recognition

FROM = date(2027, 1, 1)


def set_up_recognition(env, day, lines, grouped, chart="generic_coa"):
    """Recognise revenue from January on, and post invoices of a line for a quarter each."""
    del day
    company = env.company
    if company.chart_template != chart:
        env["account.chart.template"].try_loading(chart, company)
    accounts = env["account.account"]
    deferred, accrued = (
        accounts.create({"code": code, "name": name, "account_type": kind, "reconcile": True})
        for code, name, kind in (
            ("SR2401", "Deferred", "liability_current"),
            ("SR1401", "Accrued", "asset_current"),
        )
    )
    journal = env["account.journal"].create({"name": "Earned", "code": "SREAR", "type": "general"})
    company.write(
        {
            "subscription_tz": "UTC",
            "recognition_mode": "monthly",
            "recognition_method": "days",
            "recognition_is_grouped": grouped,
            "recognition_account_id": deferred.id,
            "recognition_accrued_account_id": accrued.id,
            "recognition_journal_id": journal.id,
            "recognition_from_date": FROM,
        }
    )
    env["account.move"].create(
        [
            {
                "move_type": "out_invoice",
                "partner_id": company.partner_id.id,
                "invoice_date": FROM + timedelta(days=number),
                "invoice_line_ids": [
                    (
                        0,
                        0,
                        {
                            "name": "Service",
                            "price_unit": 100 + number,
                            "tax_ids": [],
                            "deferred_start_date": FROM + timedelta(days=number),
                            "deferred_end_date": FROM + timedelta(days=number + 90),
                        },
                    )
                ],
            }
            for number in range(lines)
        ]
    )._post()


def reset_some(env, day):
    """Take every third invoice back to draft, and give every third one a credit note."""
    moves = env["account.move"].search([("move_type", "=", "out_invoice")], order="id")
    moves[::3].button_draft()
    moves[1::3]._reverse_moves([{"invoice_date": day} for _move in moves[1::3]])._post()


def recognised(env, day):
    """Return what the books say, to be compared with another run, and what is wrong with them."""
    del day
    rows = env["subscription.recognition"].search([])
    journal = env.company.recognition_journal_id
    lines = env["account.move.line"].search([("journal_id", "=", journal.id)])
    sums = {}
    for line in lines.filtered(lambda line: line.parent_state == "posted"):
        key = f"{line.account_id.code} {line.date}"
        sums[key] = round(sums.get(key, 0) + line.balance, 2)
    told = {}
    for row in rows.filtered("move_id"):
        key = f"{row.line_key} {row.date}"
        told[key] = round(told.get(key, 0) + row.deferred_amount, 2)
    ledger = env["subscription.recognition.ledger"].search([("difference_amount", "!=", 0)])
    return {
        "chart": env.company.chart_template,
        "sums": sums,
        "told": told,
        "differences": ledger.mapped("difference_amount"),
        "orphans": len(lines.move_id - rows.move_id),
        "findings": env["subscription.finding"]._find_in_database(),
    }


def use_batches_of(size):
    """Let this process work in small batches."""
    subscription_recognition.BATCH_SIZE = size
