"""Load Odoo once and fork a process for each task: python -m stress.host DB FOLDER SOCKET.

Whoever connects to the socket gets a host, a process of its own for one database, which is a clone
of the one that Odoo was loaded for, as all databases of these tests are. Tasks come as lines of
JSON; each answer is one line. A process of its own, with its own connections, does the task; its
result and its log are files in the folder.
"""

import gc
import json
import logging
import os
import select
import signal
import socket
import sys
import traceback
from importlib import import_module
from pathlib import Path

from freezegun import freeze_time
from odoo import sql_db
from odoo.modules.registry import Registry
from odoo.service.server import load_server_wide_modules
from odoo.tools import config

# Whose changes the tasks bring about.
BUSY = (
    *("sale.order", "sale.order.line", "account.move", "account.move.line", "account.payment"),
    *("payment.transaction", "payment.token", "res.partner", "mail.message", "mail.mail"),
    *("subscription.segment", "subscription.billed.period", "subscription.mrr.event"),
)
FORMAT = "%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"


class Nursery:
    """A loaded Odoo that forks a host for each database.

    :param str database: any of them
    :param Path folder: where its log goes
    """

    def __init__(self, database, folder):
        log_to(Path(folder), "nursery")
        load_server_wide_modules()
        # They import the addon, which Odoo finds once it knows its configuration.
        self.tasks = import_module("stress.tasks").TASKS
        self.registry = Registry(database)
        self._learn()
        # No connection that a child would share, nor one that keeps a clone waiting.
        sql_db.close_all()
        self.clock = freeze_time("2027-01-31 09:00:00", tick=True).start()

    def _learn(self):
        """Find out once what depends on what, as each process would that is forked from here.

        What is known stays out of the sight of the garbage collector: the memory that it touches
        is copied for each process.
        """
        for model in BUSY:
            for field in self.registry[model]._fields.values():
                self.registry.is_modifying_relations(field)
                self.registry.get_field_trigger_tree(field)
        gc.collect()
        gc.freeze()

    def serve(self, path):
        """Fork a host for each connection, until nobody holds the other end of the input."""
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path)
            listener.listen()
            sys.stdout.write("ready\n")
            sys.stdout.flush()
            while sys.stdin not in select.select([listener, sys.stdin], [], [])[0]:
                connection, _address = listener.accept()
                with connection:
                    if not os.fork():
                        listener.close()
                        self._be_host(connection)

    def _be_host(self, connection):
        """Serve one database, and end with it."""
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        try:
            with connection.makefile("rw") as stream:
                wish = json.loads(stream.readline())
                self._take_over(wish["database"])
                Host(self, Path(wish["folder"]), stream).serve()
        finally:
            logging.shutdown()
            os._exit(0)

    def _take_over(self, database):
        """Let what is known of the models belong to another clone, and forget what was read."""
        registry = self.registry
        Registry.registries.pop(registry.db_name, None)
        registry.db_name = database
        registry._db = sql_db.db_connect(database)
        Registry.registries[database] = registry
        config["db_name"] = [database]
        registry.clear_all_caches()
        registry.setup_signaling()
        sql_db.close_all()


def log_to(folder, name):
    """Write what this process says to a file of its own."""
    handler = logging.FileHandler(folder / f"{name}.log")
    handler.setFormatter(logging.Formatter(FORMAT))
    logging.getLogger().handlers[:] = [handler]
    logging.getLogger("odoo").setLevel(logging.INFO)


class Host:
    """A loaded Odoo that forks a process for each task.

    :param Nursery nursery: what was loaded
    :param Path folder: where results and logs go
    :param stream: whence tasks come, and where answers go
    """

    def __init__(self, nursery, folder, stream):
        self.folder = folder
        self.stream = stream
        self.tasks = nursery.tasks
        self.registry = nursery.registry
        self.clock = nursery.clock
        log_to(folder, "host")

    def serve(self):
        """Answer requests until there are no more."""
        self._answer("ready")
        for line in self.stream:
            request = json.loads(line)
            if request["do"] == "start":
                self._answer(self._fork(request["name"], request["task"], request["values"]))
            else:
                _pid, status = os.waitpid(request["pid"], 0)
                self._answer(os.waitstatus_to_exitcode(status))

    def _answer(self, value):
        self.stream.write(json.dumps(value) + "\n")
        self.stream.flush()

    def _fork(self, name, task, values):
        pid = os.fork()
        if pid:
            return pid
        code = 1
        try:
            log_to(self.folder, name)
            result = self._do(task, values)
            (self.folder / f"{name}.json").write_text(json.dumps(result, default=str))
            code = 0
        except BaseException:  # noqa: BLE001 - a child must never return into the host
            (self.folder / f"{name}.error").write_text(traceback.format_exc())
        finally:
            logging.shutdown()
            os._exit(code)
        return None

    def _do(self, task, values):
        """Do a task on one day, or on several ones.

        :return: what the task returned, the last time
        """
        time, days = values.pop("time", "09:00:00"), values.pop("each_day", [values["day"]])
        for day in days:
            self.clock.move_to(f"{day} {time}")
            result = self.tasks[task](self.registry, self.folder, **{**values, "day": day})
        return result


if __name__ == "__main__":
    config.parse_config(["-d", sys.argv[1], "--no-http"], setup_logging=False)
    Nursery(sys.argv[1], sys.argv[2]).serve(sys.argv[3])
