from datetime import datetime, time

import pytz
from odoo import api, fields, models

from odoo.addons.base.models.res_partner import _tz_get


class ResCompany(models.Model):
    _inherit = "res.company"

    subscription_tz = fields.Selection(
        _tz_get,
        "Subscription Time Zone",
        compute="_compute_subscription_tz",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        help="Decides on which day a period begins and ends, whoever looks and wherever the "
        "server stands.",
    )
    subscription_template_id = fields.Many2one(
        "subscription.template",
        "Default Subscription Template",
        domain="['|', ('company_id', '=', False), ('company_id', 'parent_of', id)]",
        help="Subscription template of a new contract until somebody chooses another.",
    )

    @api.depends("partner_id")
    def _compute_subscription_tz(self):
        for company in self:
            company.subscription_tz = (
                company.subscription_tz or self.env.user.tz or company.partner_id.tz or "UTC"
            )

    def _subscription_date(self, moment):
        """Return the day on which a moment falls for this company.

        :param datetime moment: naive moment in UTC, as Odoo stores it
        :rtype: datetime.date
        """
        zone = pytz.timezone(self.subscription_tz or "UTC")
        return pytz.utc.localize(moment).astimezone(zone).date()

    def _subscription_today(self):
        """Return today's date in the company's time zone.

        :rtype: datetime.date
        """
        return self._subscription_date(fields.Datetime.now())

    def _subscription_noon(self, day):
        """Return a moment that falls on a day for this company, naive and in UTC.

        :param date day: day in the company's time zone
        :rtype: datetime.datetime
        """
        return self._subscription_moment(day, time(12))

    def _subscription_midnight(self, day):
        """Return the first moment of a day for this company, naive and in UTC.

        It is not half a day before noon where a clock is set forward or back that night.

        :param date day: day in the company's time zone
        :rtype: datetime.datetime
        """
        return self._subscription_moment(day, time.min)

    def _subscription_moment(self, day, hour):
        """Return the moment of an hour of a day for this company, naive and in UTC."""
        zone = pytz.timezone(self.subscription_tz or "UTC")
        moment = zone.localize(datetime.combine(day, hour))
        return moment.astimezone(pytz.utc).replace(tzinfo=None)

    @api.model
    def _get_served_companies(self):
        """Return all companies: a job serves every one, whoever started it."""
        return self.sudo().search([])  # sudo: for that reason

    def _at_company_time(self, records):
        """Return records for which core's idea of today is this company's day.

        Core asks the time zone of the context; a job has none, and a user may sit elsewhere.

        :rtype: odoo.models.BaseModel
        """
        return records.with_context(tz=self.subscription_tz)

    def _in_company_language(self, records):
        """Return records of this company for what a job writes down about them.

        Reasons, notes and activities are stored as sentences. A job has no language, so that it
        would write English for everybody; whoever works in the client keeps theirs.

        :rtype: odoo.models.BaseModel
        """
        if self.env.context.get("lang") or len(self) != 1:
            return records
        # sudo: the language of a company is no secret, its address book may be
        return records.with_context(lang=self.sudo().partner_id.lang)

    def _subscription_day_of(self, date):
        """Return the day of a date or of a moment, today when there is none.

        :param date: a date, a naive UTC datetime or nothing
        :rtype: datetime.date
        """
        if not date:
            return self._subscription_today()
        return self._subscription_date(date) if isinstance(date, datetime) else date

    def _get_subscription_template(self):
        """Return the terms of a new contract of this company.

        :return: the default template of the company or of the next parent that has one, else the
            first one it may use
        """
        self.ensure_one()
        # sudo: customers who order online have no right to read templates
        company = self.sudo()
        for one in reversed(company.parent_ids):
            if one.subscription_template_id:
                return one.subscription_template_id
        templates = company.env["subscription.template"]
        return templates.search(templates._check_company_domain(company), limit=1)
