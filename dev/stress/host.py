"""Load Odoo for one database and fork a process for each task: python -m stress.host DB FOLDER.

Tasks come as lines of JSON; each answer is one line. A process of its own, with its own
connections, does the task; its result and its log are files in the folder.
"""

import json
import logging
import os
import sys
import traceback
from importlib import import_module
from pathlib import Path

from freezegun import freeze_time
from odoo import sql_db
from odoo.modules.registry import Registry
from odoo.service.server import load_server_wide_modules
from odoo.tools import config

FORMAT = "%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"


class Host:
    """A loaded Odoo that forks.

    :param str database: the database of all tasks
    :param Path folder: where results and logs go
    """

    def __init__(self, database, folder):
        self.folder = Path(folder)
        self._log_to("host")
        load_server_wide_modules()
        # They import the addon, which Odoo finds once it knows its configuration.
        self.tasks = import_module("stress.tasks").TASKS
        self.registry = Registry(database)
        self._forget_connections()
        self.clock = freeze_time("2027-01-31 09:00:00", tick=True).start()

    def _log_to(self, name):
        handler = logging.FileHandler(self.folder / f"{name}.log")
        handler.setFormatter(logging.Formatter(FORMAT))
        logging.getLogger().handlers[:] = [handler]
        logging.getLogger("odoo").setLevel(logging.INFO)

    def _forget_connections(self):
        """Leave no connection that a child would share, nor one that keeps a clone waiting."""
        sql_db.close_all()

    def serve(self):
        """Answer requests until there are no more."""
        self._answer("ready")
        for line in sys.stdin:
            request = json.loads(line)
            if request["do"] == "start":
                self._answer(self._fork(request["name"], request["task"], request["values"]))
            else:
                _pid, status = os.waitpid(request["pid"], 0)
                self._answer(os.waitstatus_to_exitcode(status))

    def _answer(self, value):
        sys.stdout.write(json.dumps(value) + "\n")
        sys.stdout.flush()

    def _fork(self, name, task, values):
        pid = os.fork()
        if pid:
            return pid
        code = 1
        try:
            self._log_to(name)
            self.clock.move_to(f"{values['day']} {values.pop('time', '09:00:00')}")
            result = self.tasks[task](self.registry, self.folder, **values)
            (self.folder / f"{name}.json").write_text(json.dumps(result, default=str))
            code = 0
        except BaseException:  # noqa: BLE001 - a child must never return into the host
            (self.folder / f"{name}.error").write_text(traceback.format_exc())
        finally:
            logging.shutdown()
            os._exit(code)
        return None


if __name__ == "__main__":
    config.parse_config(["-d", sys.argv[1], "--no-http"], setup_logging=False)
    Host(sys.argv[1], sys.argv[2]).serve()
