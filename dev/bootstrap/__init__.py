"""What `make demo`, `make test`, `make bench` and `make lint` run.

Plain Python of the standard library only: these modules run before the virtual
environment exists. Nothing in here is needed where the addon is installed.
"""
