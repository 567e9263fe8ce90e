"""What must be there of the lives of contracts: at least one record of each feature."""

from .errors import demand

AMENDMENT = [("subscription_order_type", "=", "amendment")]
RENEWAL = [("subscription_order_type", "=", "renewal")]
RUNNING = [("subscription_state", "=", "active")]


def check_lives(env):
    """Check that every feature has left something to look at.

    :raise UntrueError: a list is shorter than it must be
    """
    today = env.company._subscription_today()
    wanted = {**_get_changes(), **_get_ends(today), **_get_payments()}
    for name, (model, domain, count) in wanted.items():
        found = env[model].search_count(domain)
        demand(found >= count, "%s: %s records, wanted %s", name, found, count)
    _check_beginnings(env, today)
    _check_chain(env)
    _check_recovered(env)


def _get_changes():
    """Return what amendments, planned changes and campaigns left behind."""
    return {
        "confirmed amendments": ("sale.order", [*AMENDMENT, ("state", "=", "sale")], 6),
        "open amendments": ("sale.order", [*AMENDMENT, ("state", "=", "draft")], 1),
        "refused alternatives": ("sale.order", [*AMENDMENT, ("state", "=", "cancel")], 1),
        "switched lines": ("sale.order.line", [("subscription_replaced_line_id", "!=", False)], 2),
        "campaigns": ("subscription.price.campaign", [("state", "=", "applied")], 1),
        "prepared campaigns": ("subscription.price.campaign", [("state", "=", "draft")], 1),
        "planned prices": ("subscription.price.campaign.line", [("state", "=", "done")], 5),
        "notices": ("subscription.price.campaign.line", [("notified_at", "!=", False)], 5),
    }


def _get_ends(today):
    """Return what pauses, terms and ends left behind."""
    gap = "subscription.interruption"
    unpaid = [("subscription_close_reason_id.name", "ilike", "unpaid")]
    return {
        "suspensions": (gap, [("kind", "=", "suspension")], 1),
        "reopened": (gap, [("kind", "=", "closure")], 1),
        "renewal quotations": ("sale.order", [*RENEWAL, ("state", "in", ("draft", "sent"))], 1),
        "confirmed renewals": ("sale.order", [*RENEWAL, ("state", "=", "sale")], 1),
        "renewed": ("sale.order", [("subscription_state", "=", "renewed")], 1),
        "planned ends": ("sale.order", [*RUNNING, ("subscription_end_date", ">", today)], 1),
        "unpaid": ("sale.order", [*unpaid, ("subscription_state", "=", "closed")], 1),
    }


def _get_payments():
    """Return what charges and dunning left behind."""
    charge = [("subscription_invoice_id", "!=", False)]
    return {
        "charged": ("payment.transaction", [*charge, ("state", "=", "done")], 10),
        "declined": ("payment.transaction", [*charge, ("state", "=", "error")], 4),
        "pending": ("payment.transaction", [*charge, ("state", "=", "pending")], 1),
        "unknown": ("payment.transaction", [("subscription_is_unknown", "=", True)], 2),
        "to check": ("payment.transaction", [("subscription_to_check", "=", True)], 1),
        "in dunning": ("account.move", [("subscription_in_dunning", "=", True)], 1),
        **{
            f"dunning: {action}": ("subscription.dunning.event", [("action", "=", action)], count)
            for action, count in (("charge", 3), ("remind", 3), ("activity", 1), ("suspend", 1))
        },
    }


def _check_beginnings(env, today):
    """A trial runs, one is over, and a set-up fee, a discount and a ramp were billed."""
    Order, Line = env["sale.order"], env["sale.order.line"]
    trials = Order.search([("subscription_trial_count", ">", 0), ("state", "=", "sale")])
    free = trials.filtered(lambda order: order.subscription_trial_last_date >= today)
    demand(free and trials - free, "Trials: %s run of %s", len(free), len(trials))
    billed = free.invoice_ids.invoice_line_ids.filtered("deferred_start_date")
    demand(not billed, "A trial was billed: %s", billed.mapped("name"))
    fees = Line.search([("is_setup_fee", "=", True), ("qty_invoiced", ">", 0)])
    demand(fees, "No set-up fee was billed")
    intros = Line.search([("intro_period_count", ">", 0), ("state", "=", "sale")])
    demand(
        any(step.discount_kind == "limited" for step in intros.segment_ids),
        "No introductory discount",
    )
    ramps = env["subscription.ramp.step"].search([("order_id.state", "=", "sale")]).line_id
    demand(ramps and len(ramps.segment_ids) > len(ramps), "No ramp became steps")


def _check_chain(env):
    """Renewals go on where their contracts end."""
    for order in env["sale.order"].search([*RENEWAL, ("state", "=", "sale")]):
        parent = order.subscription_parent_id
        demand(
            order.subscription_start_date == parent.subscription_end_date
            and order.subscription_origin_id == (parent.subscription_origin_id or parent),
            "%s does not go on where %s ends",
            order.name,
            parent.name,
        )


def _check_recovered(env):
    """Money came after a dunning step, with the event that had it come."""
    events = env["subscription.dunning.event"].search([("recovered_amount", ">", 0)])
    demand(len(events) >= 2, "Recovered by dunning: %s invoices", len(events))
    demand(all(event.cause_id for event in events), "Money came without a step before it")
