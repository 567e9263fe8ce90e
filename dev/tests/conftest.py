"""Fixtures for tests of the commands: a prepared workplace and throw-away databases."""

import os

import pytest
from bootstrap.databases import Databases
from bootstrap.settings import Settings
from bootstrap.workplace import prepare


@pytest.fixture(scope="module")
def databases():
    """Return the databases of the workplace that this test run uses."""
    return Databases(prepare(Settings.load()))


@pytest.fixture(scope="module")
def database(databases, request):
    """Yield the name of a database of this module's own; the module makes it."""
    module = request.module.__name__.rpartition(".")[2]
    name = f"sale_recurring_{module}_{os.getpid()}"
    yield name
    databases.drop(name)
