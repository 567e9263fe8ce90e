"""Fixtures for tests of the commands: a prepared workplace and throw-away databases."""

import os
from functools import cache

import pytest
from bootstrap.databases import Databases
from bootstrap.memory import drop_tablespace, make_tablespace
from bootstrap.settings import Settings
from bootstrap.workplace import prepare
from stress.herd import Herd
from stress.pay import load_fake_stripe

GIVE_CARDS = """
    CREATE TEMPORARY TABLE card (old, customer, method) AS VALUES {rows};
    UPDATE payment_token SET provider_ref = customer, stripe_payment_method = method
      FROM card WHERE provider_ref = old;
    UPDATE sale_order SET client_order_ref = customer FROM card WHERE client_order_ref = old;
"""


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


@pytest.fixture(scope="session")
def memory(databases):
    """Yield the tablespace in memory for databases that do not live long; none where it cannot be.

    A database has thousands of files. To make and delete as many for each test takes a file
    system on a disk ten times as long: ext4 looks again and again at each inode that was freed
    within the last minutes, and gives it away to nobody.
    """
    made = make_tablespace(databases)
    yield made
    if made:
        drop_tablespace(databases, made)


@pytest.fixture(scope="session")
def keep(databases, memory):
    """Yield a function that makes a database of another one; it stays until all tests are done."""
    yield from make_clones(databases, memory, "kept")


@pytest.fixture
def clone(databases, memory):
    """Yield a function that makes a database of another one, for one test."""
    yield from make_clones(databases, memory, "clone")


def make_clones(databases, tablespace, label):
    """Yield a function that makes databases, and drop them."""
    made = []

    def make(source):
        made.append(f"sale_recurring_{label}_{os.getpid()}_{len(made)}")
        databases.clone(source, made[-1], tablespace)
        return made[-1]

    yield make
    for name in made:
        databases.drop(name)


@pytest.fixture(scope="session")
def stripe():
    """Yield a stand-in for Stripe over HTTP."""
    stripe = load_fake_stripe().start()
    yield stripe
    stripe.stop()


@pytest.fixture
def fake(stripe):
    """Return the stand-in for Stripe, which knows of nothing that other tests did."""
    stripe.forget()
    return stripe


@pytest.fixture(scope="session")
def sold_once(databases, installed, keep, stripe, tmp_path_factory):
    """Return a function that returns a database with contracts whose first invoices are due."""

    @cache
    def make(count):
        name = keep(installed)
        cards = [(f"cus_{at}", f"pm_{at}") for at in range(count)]
        with Herd(databases.place, name, tmp_path_factory.mktemp("sold")) as herd:
            herd.run("set_up_charges", address=stripe.address, cards=cards)
        return name

    return make


@pytest.fixture
def sold(databases, sold_once, clone, fake):
    """Return a function that makes a database with contracts whose first invoices are due.

    They are sold and billed once for each number of them. Each test has cards of its own.

    :return: the name of the database, and ids of customer and payment method of each card
    """

    def make(count):
        name = clone(sold_once(count))
        cards = [fake.save_card() for _number in range(count)]
        rows = ", ".join(f"('cus_{at}', '{one}', '{two}')" for at, (one, two) in enumerate(cards))
        databases.sql(GIVE_CARDS.format(rows=rows), name)
        return name, cards

    return make


@pytest.fixture(scope="session")
def contracts_once(databases, installed, keep, tmp_path_factory):
    """Return a function that returns a database with contracts."""

    @cache
    def make(*wishes):
        name = keep(installed)
        fill(databases.place, name, tmp_path_factory.mktemp("contracts"), *wishes)
        return name

    return make


@pytest.fixture
def contracts_database(contracts_once, clone):
    """Return a function that makes a database with contracts; equal wishes give equal twins."""

    def make(contracts, batch, shared, seed):
        return clone(contracts_once(contracts, batch, shared, seed))

    return make


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
