import hashlib
import json
import logging
from pathlib import Path

from lxml import etree
from odoo import api, models
from odoo.tools import SQL
from psycopg2 import OperationalError

_logger = logging.getLogger(__name__)

MODULE = "sale_recurring"
DATA = Path(__file__).parents[2] / "data"
# Digest of each mail as it was last delivered, and when it was written, by external id.
SHIPPED_KEY = "sale_recurring.shipped_mails"


class MailTemplate(models.Model):
    """Mails of this addon that nobody edited follow the addon when it is updated.

    They are not overwritten by an update, for somebody may have put them into words of their own.
    One that was written by nobody since it was delivered is delivered anew when it changed.
    """

    _inherit = "mail.template"

    @api.model
    def _refresh_subscription_mails(self):
        """Deliver changed mails anew; called at the end of each installation and update."""
        # sudo: what was delivered is kept by the system
        parameters = self.env["ir.config_parameter"].sudo()
        known = json.loads(parameters.get_param(SHIPPED_KEY) or "{}")
        for xmlid, (path, digest) in self._get_shipped_subscription_mails().items():
            template = self.env.ref(xmlid, raise_if_not_found=False)
            if not template:
                continue  # somebody deleted it
            was = known.get(xmlid, {})
            created, written, now = template._get_stamps()
            if written not in (was.get("written"), created):
                continue  # somebody edited it
            if was.get("digest") != digest and created != now:
                template.template_fs = path
                template.reset_template()
                template.flush_recordset()
                _logger.info("mail %(mail)s was brought up to date", {"mail": xmlid})
            known[xmlid] = {"digest": digest, "written": template._get_stamps()[1]}
        parameters.set_param(SHIPPED_KEY, json.dumps(known, sort_keys=True))

    def _get_stamps(self):
        """Return when a mail was created and last written, and when this transaction began.

        :return: texts, as exact as the database has them
        :rtype: tuple[str, str, str]
        """
        self.flush_recordset()
        query = "SELECT create_date::text, write_date::text, (now() AT TIME ZONE 'UTC')::text"
        return self.env.execute_query(SQL(f"{query} FROM mail_template WHERE id = %s", self.id))[0]

    @api.model
    def _get_shipped_subscription_mails(self):
        """Return file and digest of each mail that comes with this addon, by external id.

        :rtype: dict[str, tuple[str, str]]
        """
        found = {}
        for path in sorted(DATA.glob("*.xml")):
            tree = etree.parse(path)
            for record in tree.iterfind(".//record[@model='mail.template']"):
                source = etree.tostring(record, method="c14n")
                digest = hashlib.sha256(source).hexdigest()
                found[f"{MODULE}.{record.get('id')}"] = (f"{MODULE}/data/{path.name}", digest)
        return found

    def _write_mail(self, record, **values):
        """Queue the mail of this template about a record, in the name of the system.

        A template that somebody edited may not be rendered any more. Neither charges, nor what
        customers do, nor mails to others end with that.

        :param values: further ones of core's `send_mail`
        :return: the `mail.mail`, and None; or an empty one, and why there is none, in words
        :rtype: tuple
        """
        self.ensure_one()
        # sudo: mails of the company hold links of the customer, whoever does what they tell of
        Mail = self.env["mail.mail"].sudo()
        try:
            with self.env.cr.savepoint():
                return Mail.browse(self.sudo().send_mail(record.id, **values)), None
        except OperationalError:
            raise
        except Exception as error:
            _logger.exception("mail template %(template)s failed", {"template": self.id})
            reason = str(error).strip().splitlines()
            return Mail, self.env._(
                "The mail template %(name)s cannot be used: %(reason)s",
                name=self.name,
                reason=reason[-1] if reason else type(error).__name__,
            )
