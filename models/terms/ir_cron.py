from odoo import api, models


class IrCron(models.Model):
    """What the jobs of the addon have in common."""

    _inherit = "ir.cron"

    @api.model
    def _get_workers(self, code, active_test=True):
        """Return the scheduled actions that run some code, one per worker.

        :param str code: what they run, as written in them
        :param bool active_test: leave out workers that are switched off
        :rtype: ir.cron
        """
        # sudo: scheduled actions are reserved to administrators
        crons = self.sudo().with_context(active_test=active_test)
        return crons.search([("code", "=", code)], order="id")

    @api.model
    def _for_each_locked(self, records, do):
        """Do something with records one by one, as long as the job has time; each is committed.

        Records that another process has in hand are left to it.

        :param do: called with one record, which speaks the language of its company
        """
        time_left = self._commit_progress(remaining=len(records))
        for record in records:
            if not time_left:
                break
            for locked in record.try_lock_for_update(allow_referencing=True):
                do(locked.company_id._in_company_language(locked))
            time_left = self._commit_progress(1)
