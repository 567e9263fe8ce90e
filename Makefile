# make demo | test | bench | lint: see README.md. PYTHON, PORT, HOST, ODOO_HOME, PGHOST are honoured.
PYTHON ?= python3
RUN = $(PYTHON) dev/run
.DEFAULT_GOAL := help
.PHONY: help demo demo-reset test soak bench coverage core compat lint stop

help:
	@echo "make demo        make a database with demo data and serve it (PORT=8069)"
	@echo "make demo-reset  the same, starting again from fresh demo data"
	@echo "make test        run every test on all cores (ARGS='-k pause', ARGS=tests/billing)"
	@echo "make soak        live through random worlds for an hour (ARGS=MINUTES, SR_SEED=N for one)"
	@echo "make bench       measure against plain Odoo"
	@echo "make coverage    run every test and say which lines of models, wizards and engine it reached"
	@echo "make core        run the test suites of Odoo's own addons without and with this one"
	@echo "make compat      run the tests next to stock, projects, timesheets, loyalty and margins"
	@echo "make lint        check style"
	@echo "make stop        stop the private PostgreSQL server"

demo:
	@PORT="$(PORT)" HOST="$(HOST)" $(RUN) demo

demo-reset:
	@PORT="$(PORT)" HOST="$(HOST)" $(RUN) demo --reset

test:
	@$(RUN) test $(ARGS)

soak:
	@$(RUN) soak $(ARGS)

bench:
	@$(RUN) bench $(ARGS)

coverage:
	@$(RUN) coverage $(ARGS)

core:
	@$(RUN) core $(ARGS)

compat:
	@$(RUN) compat $(ARGS)

lint:
	@$(RUN) lint $(ARGS)

stop:
	@$(RUN) stop
