from odoo import models
from odoo.tools import SQL

from .mrr_protection import MERGE_SETTING


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """Two customers become one, in the ledger of MRR too."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        """Let the database take the new customer on recorded movements, and nothing else."""
        self._set_merging("on")
        super()._update_foreign_keys(src_partners, dst_partner)
        self._set_merging("off")

    def _set_merging(self, value):
        self.env.cr.execute(SQL("SELECT set_config(%s, %s, true)", MERGE_SETTING, value))
