from . import controllers, models, report, wizards
from .models.analytics.mrr_protection import unprotect


def uninstall_hook(env):
    """Leave no function behind in the database."""
    unprotect(env.cr)
