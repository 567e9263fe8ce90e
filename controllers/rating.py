from odoo.http import request
from werkzeug.exceptions import Gone

from odoo.addons.rating.controllers.main import Rating

from .. import const


class SubscriptionRating(Rating):
    """Links to answer how one likes a contract."""

    def _get_rating_and_record(self, token):
        """Let links of contracts that do not run any more die."""
        rating, record = super()._get_rating_and_record(token)
        is_contract = record._name == "sale.order" and record.subscription_anchor_date
        if is_contract and record.subscription_state not in const.RUNNING_STATES:
            raise Gone(request.env._("The contract has ended, so there is nothing to rate."))
        return rating, record
