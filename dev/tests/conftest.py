"""Fixtures for tests of the commands: a prepared workplace and throw-away databases."""

import os

import pytest
from bootstrap.databases import Databases
from bootstrap.settings import Settings
from bootstrap.workplace import prepare
from stress.herd import Herd
from stress.pay import load_fake_stripe


@pytest.fixture(scope="session")
def databases():
    """Return the databases of the workplace that this test run uses."""
    return Databases(prepare(Settings.load()))


@pytest.fixture(scope="session")
def installed(databases):
    """Yield the name of a database with the addon, to be cloned: nobody connects to it."""
    given = os.environ.get("SR_INSTALLED")
    name = given or f"sale_recurring_installed_{os.getpid()}"
    if not given:
        databases.new(name)
        databases.make_bundles(name)
    yield name
    if not given:
        databases.drop(name)


@pytest.fixture(scope="module")
def database(databases, request):
    """Yield the name of a database of this module's own; the module makes it."""
    module = request.module.__name__.rpartition(".")[2]
    name = f"sale_recurring_{module}_{os.getpid()}"
    yield name
    databases.drop(name)


@pytest.fixture
def fake():
    """Yield a stand-in for Stripe over HTTP."""
    fake = load_fake_stripe().start()
    yield fake
    fake.stop()


@pytest.fixture
def contracts_database(databases, installed, tmp_path_factory):
    """Return a function that makes a database with contracts; equal wishes give equal twins."""
    made, templates = [], {}
    prefix = f"sale_recurring_stress_{os.getpid()}"

    def make(contracts, batch, shared, seed):
        wishes = (contracts, batch, shared, seed)
        if wishes not in templates:
            templates[wishes] = f"{prefix}_template_{len(templates)}"
            made.append(templates[wishes])
            databases.clone(installed, templates[wishes])
            folder = tmp_path_factory.mktemp("contracts")
            fill(databases.place, templates[wishes], folder, *wishes)
        name = f"{prefix}_{len(made)}"
        made.append(name)
        databases.clone(templates[wishes], name)
        return name

    yield make
    for name in made:
        databases.drop(name)


def fill(place, database, folder, contracts, batch, shared, seed):
    """Sell contracts in a database, by two processes."""
    with Herd(place, database, folder) as herd:
        herd.run("set_up", contracts=contracts, batch=batch)
        half = contracts // 2
        sellers = [
            herd.start("sell", first=first, last=last, shared=shared, seed=seed)
            for first, last in ((0, half), (half, contracts))
        ]
        for seller in sellers:
            seller.result()
