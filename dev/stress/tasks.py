"""What one process does: prepare, bill, edit, check. Runs inside Odoo, on its own connection."""

import os
import signal
import time
from datetime import date, timedelta

from odoo import SUPERUSER_ID, api
from odoo.fields import Domain
from odoo.service.model import retrying
from odoo.sql_db import Cursor
from psycopg2.errors import SerializationFailure, UniqueViolation

from odoo.addons.sale_recurring.models.billing.billing_run import BillingRun

from .acts import allow_acts, do_acts, done_acts
from .alert import flagged, raise_stale, run_flags_now, set_up_flags, switch_flag_on
from .change import amendments, confirm_changes, offer_changes
from .check import facts, findings, rebuilt
from .door import (
    bill_by_hand,
    cancel_invoices,
    charge_again,
    confirm_amendments,
    credit_invoices,
    draft_amendments,
    found_wrong,
    mails_leave,
    methods,
    money_back,
    money_of_periods,
    open_forms,
    pay_by_form,
    register_payments,
    replace_methods,
    send_forms,
)
from .earn import recognised, reset_some, set_up_recognition, use_batches_of
from .edit import edit
from .field import sell, set_up
from .gate import wait_at
from .pay import dunned, open_invoices, payments, reminders, set_up_charges, set_up_dunning
from .refund import booked_refunds, hear_of_refunds, refund

PATIENCE = 600  # seconds, far more than a busy machine needs


def environment(cr):
    """Return an environment of the system user."""
    return api.Environment(cr, SUPERUSER_ID, {})


def with_cursor(function):
    """Return a task that runs a function in one transaction."""

    def task(registry, _folder, day, **values):
        with registry.cursor() as cr:
            return function(environment(cr), day, **values)

    return task


def count_due(registry):
    """Return how many contracts are due."""
    with registry.cursor() as cr:
        return BillingRun(environment(cr)).count_due()


def bill(registry, folder, day, worker=1, gate=None, tell=None, die_at=None, side="before"):
    """Run the scheduled job of one worker, as Odoo's scheduler does, until nothing is due.

    :param int worker: which of the scheduled actions
    :param str gate: gate to wait at first
    :param str tell: name of the gate that this process is seen at after its first job
    :param int die_at: kill this process at the commit of that number
    :param str side: 'before' or 'after' that commit
    :return: how often the job ran, how many commits and seconds of work that took
    """
    suffix = f"_{worker}" if worker > 1 else ""
    with registry.cursor() as cr:
        cron = environment(cr).ref(f"sale_recurring.ir_cron_bill_subscriptions{suffix}").id
    commits = count_commits(die_at, side)
    if gate:
        wait_at(folder, gate)
    jobs, end = 0, time.monotonic() + PATIENCE
    while not jobs or count_due(registry):
        if time.monotonic() > end:
            raise TimeoutError("contracts stay due")
        with registry.cursor() as cr:
            job = registry["ir.cron"]._acquire_one_job(cr, cron, include_not_ready=True)
            if job:
                registry["ir.cron"]._process_job(cr, job)
                jobs += 1
                if tell:
                    (folder / f"{tell}.at-{os.getpid()}").touch()
            else:
                time.sleep(0.05)  # the server has not noticed yet that the last one was killed
    return {"jobs": jobs, "commits": commits[0], "cpu": round(time.process_time(), 1)}


def count_commits(die_at, side):
    """Count the commits of this process from now on, and let it die at one of them.

    :return: a list whose only element is the number of commits so far
    """
    commits, commit = [0], Cursor.commit

    def counting(cursor):
        # What runs after a commit may commit on a cursor of its own.
        number = commits[0] = commits[0] + 1
        if number == die_at and side == "before":
            cursor.flush()
            os.kill(os.getpid(), signal.SIGKILL)
        commit(cursor)
        if number == die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    Cursor.commit = counting
    return commits


def edit_until_done(registry, folder, day, seed, gate):
    """Edit contracts as a person does, as long as the billing lasts."""
    wait_at(folder, gate)
    return edit(registry, day, seed, folder / f"{gate}.done")


def plan_late(registry, folder, day, gate):
    """Plan a change for tomorrow in a transaction that began before the contract was billed."""
    tomorrow = date.fromisoformat(day) + timedelta(days=1)
    with registry.cursor() as cr:
        env = environment(cr)
        order = env["sale.order"].search([("client_order_ref", "=", "edited quarter")], limit=1)
        [line, *_others] = order.order_line.filtered("recurrence_id")
        wait_at(folder, gate)
        retrying(lambda: order._subscription_change_line(line, tomorrow, quantity=99), env)


def hold(registry, folder, day, gate):
    """Hold one contract, as somebody does who is editing it, until a gate opens."""
    del day
    with registry.cursor() as cr:
        orders = environment(cr)["sale.order"]
        orders.search([("client_order_ref", "=", "left plain")], limit=1)._subscription_claim()
        wait_at(folder, gate)


def bill_unlocked(registry, folder, day, gate):
    """Bill what is due as if rows were never locked: pick, wait until all have picked, bill.

    :return: 'billed', or the name of the index that refused it
    """
    with registry.cursor() as cr:
        orders = environment(cr)["sale.order"]
        due = orders.search(
            orders._get_due_contracts_domain(date.fromisoformat(day))
            & Domain("client_order_ref", "=", "left plain"),
            order="id",
        )
        due.order_line.billed_period_ids.mapped("revision")
        wait_at(folder, gate)
        try:
            due._bill_subscriptions()
        except UniqueViolation as error:
            cr.rollback()
            return error.diag.constraint_name
    return "billed"


def run_job(registry, folder, day, job, gate=None, die_at=None, side="before"):
    """Run a scheduled job once, as Odoo's scheduler does.

    :param str job: the name of the scheduled action, with its addon when that is another one
    :param str gate: gate to wait at first
    :param int die_at: kill this process at the commit of that number
    :param str side: 'before' or 'after' that commit
    :return: number of commits
    """
    del day
    with registry.cursor() as cr:
        cron = environment(cr).ref(job if "." in job else f"sale_recurring.{job}").id
        # The scheduler gives a job up that died three times in a row; a test wants more.
        environment(cr)["ir.cron.progress"].search([("cron_id", "=", cron)]).unlink()
    commits = count_commits(die_at, side)
    if gate:
        wait_at(folder, gate)
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with registry.cursor() as cr:
            if row := registry["ir.cron"]._acquire_one_job(cr, cron, include_not_ready=True):
                registry["ir.cron"]._process_job(cr, row)
                return commits[0]
        time.sleep(0.05)  # the server has not noticed yet that the last one was killed
    raise TimeoutError(f"{job} cannot be run")


def dun(registry, folder, day, gate):
    """Look after unpaid invoices, without the lock by which the scheduler keeps jobs apart."""
    del day
    with registry.cursor() as cr:
        moves = environment(cr)["account.move"]
        wait_at(folder, gate)
        moves._cron_dun_subscriptions()


def recognise(registry, folder, day, batch, die_at=None, side="before"):
    """Recognise revenue once, as Odoo's scheduler does, in small batches; see :func:`run_job`."""
    use_batches_of(batch)
    return run_job(registry, folder, day, "ir_cron_recognise_revenue", None, die_at, side)


def recognise_unlocked(registry, folder, day, batch, gate):
    """Recognise revenue until nothing is left, without the lock that keeps jobs apart."""
    del day
    use_batches_of(batch)
    wait_at(folder, gate)
    for _attempt in range(50):
        with registry.cursor() as cr:
            try:
                environment(cr)["subscription.recognition"]._cron_recognise_revenue()
            except (SerializationFailure, UniqueViolation):
                cr.rollback()
            else:
                return True
    return False


TASKS = {
    "set_up_flags": with_cursor(set_up_flags),
    "raise_stale": raise_stale,
    "switch_flag_on": with_cursor(switch_flag_on),
    "run_flags_now": run_flags_now,
    "flagged": with_cursor(flagged),
    "amendments": with_cursor(amendments),
    "set_up": with_cursor(set_up),
    "sell": with_cursor(sell),
    "bill": bill,
    "bill_unlocked": bill_unlocked,
    "edit": edit_until_done,
    "hold": hold,
    "plan_late": plan_late,
    "job": run_job,
    "recognise": recognise,
    "recognise_unlocked": recognise_unlocked,
    "recognised": with_cursor(recognised),
    "reset_some": with_cursor(reset_some),
    "set_up_recognition": with_cursor(set_up_recognition),
    "set_up_charges": with_cursor(set_up_charges),
    "set_up_dunning": with_cursor(set_up_dunning),
    "dun": dun,
    "dunned": with_cursor(dunned),
    "reminders": with_cursor(reminders),
    "open_invoices": with_cursor(open_invoices),
    "payments": with_cursor(payments),
    "mails_leave": with_cursor(mails_leave),
    "cancel_invoices": cancel_invoices,
    "charge_again": charge_again,
    "credit_invoices": credit_invoices,
    "bill_by_hand": bill_by_hand,
    "money_back": with_cursor(money_back),
    "found_wrong": with_cursor(found_wrong),
    "allow_acts": with_cursor(allow_acts),
    "do_acts": do_acts,
    "done_acts": with_cursor(done_acts),
    "confirm_changes": confirm_changes,
    "offer_changes": with_cursor(offer_changes),
    "pay_by_form": pay_by_form,
    "register_payments": register_payments,
    "open_forms": with_cursor(open_forms),
    "send_forms": send_forms,
    "draft_amendments": with_cursor(draft_amendments),
    "confirm_amendments": confirm_amendments,
    "replace_methods": replace_methods,
    "money_of_periods": with_cursor(money_of_periods),
    "methods": with_cursor(methods),
    "refund": with_cursor(refund),
    "hear_of_refunds": hear_of_refunds,
    "booked_refunds": with_cursor(booked_refunds),
    "check": with_cursor(findings),
    "rebuilt": with_cursor(rebuilt),
    "facts": with_cursor(facts),
}
