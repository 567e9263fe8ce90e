"""A prepared workplace: Odoo, its Python, a PostgreSQL server, the addon's link."""

from dataclasses import dataclass

from . import odoo_source, postgres, rtl, system, venv
from .bridges import BRIDGES, all_bridges
from .common import locked
from .odoo_source import OdooSource
from .settings import Settings

CONFIG = """[options]
addons_path = {addons_path}
data_dir = {data_dir}
admin_passwd = admin
http_interface = 127.0.0.1
list_db = False
max_cron_threads = 0
workers = 0
"""


@dataclass(frozen=True)
class Workplace:
    """Everything that a command needs.

    :ivar dict environ: variables for Odoo, pytest and PostgreSQL's own tools
    """

    settings: Settings
    source: OdooSource
    environ: dict


def prepare(settings, *, pieces=("chromium", "wkhtmltopdf")):
    """Install what is missing and start what has to run.

    :param Settings settings: where clone and cache are
    :param tuple pieces: programs of ``system.PIECES`` wanted besides Odoo's own needs
    :rtype: Workplace
    """
    with locked(settings.cache / "bootstrap.lock"):
        wanted = ["python-venv", "psql", *pieces]
        if not settings.environ.get("PGHOST"):
            wanted.append("postgres")
        if settings.environ.get("ODOO_HOME"):
            odoo_source.given_source(settings.environ["ODOO_HOME"])
        system.need(wanted, settings.logs / "apt.log")
        source = odoo_source.find_source(settings)
        venv.make_venv(settings)
        variables = postgres.connection(settings)
        settings.link_addon()
        write_config(settings, source)
    return Workplace(settings, source, environment(settings, source, variables))


def write_config(settings, source):
    """Write Odoo's configuration file for this clone, when it changes: others may be reading it.

    The bridges come before the folder that the clone is linked in: Odoo takes a file to be of the
    first addons path that is the beginning of its name.
    """
    bridges = [settings.addon / BRIDGES] if all_bridges(settings) else []
    folders = [*source.addons_paths, *bridges, settings.addons]
    text = CONFIG.format(
        addons_path=",".join(str(folder) for folder in folders), data_dir=settings.data_dir
    )
    if settings.config.exists() and settings.config.read_text() == text:
        return
    new = settings.config.with_suffix(".new")
    new.write_text(text)
    new.replace(settings.config)


def environment(settings, source, variables):
    """Return the environment that commands run in.

    :param dict variables: PG* variables
    :rtype: dict
    """
    path = settings.environ.get("PATH", "/usr/bin:/bin")
    given = {**settings.environ}
    # Each process would compile all of Odoo again; the clone and Odoo's folder stay as they are.
    given.pop("PYTHONDONTWRITEBYTECODE", None)
    return {
        **given,
        **variables,
        "PYTHONPYCACHEPREFIX": str(settings.cache / "bytecode"),
        "PATH": f"{settings.venv / 'bin'}:{path}:{rtl.get_programs(settings)}",
        "PYTHONPATH": f"{source.home}:{settings.root / 'dev'}",
        "PYTHONUNBUFFERED": "1",
        "ODOO_RC": str(settings.config),
        "SR_ADDON": str(settings.addon),
    }
