"""What customers buy together, and how often."""

from dataclasses import dataclass

MANY = 0  # one for each person of the customer


@dataclass(frozen=True)
class Part:
    """A line of a bundle.

    :param product: key of the catalogue, ending in ``*`` for any variant
    :param low: smallest quantity, or ``MANY``
    :param chance: how many customers in a hundred take it
    """

    product: str
    low: int = 1
    high: int = 1
    recurrence: str = "month"
    chance: int = 100


@dataclass(frozen=True)
class Bundle:
    """Lines on common terms.

    :param share: how many contracts of 100 are of this kind, more or less
    """

    name: str
    terms: str
    share: int
    parts: tuple


SETUP = Part("setup", recurrence="", chance=30)
BUNDLES = (
    Bundle(
        "office",
        "monthly",
        10,
        (
            Part("mailbox", MANY),
            Part("endpoint", MANY, chance=70),
            Part("backup", 1, 6, chance=50),
            SETUP,
        ),
    ),
    Bundle(
        "desktop",
        "first",
        12,
        (
            Part("desktop", MANY),
            Part("mailbox", MANY, chance=60),
            SETUP,
            Part("migration", 1, 3, "", 30),
            Part("dock", 2, 8, "", 25),
        ),
    ),
    Bundle(
        "server",
        "first",
        12,
        (Part("server/*", 1, 4), Part("backup", 1, 8, chance=70), SETUP),
    ),
    Bundle(
        "office by the quarter",
        "monthly",
        11,
        (
            Part("mailbox", MANY, recurrence="quarter"),
            Part("endpoint", MANY, recurrence="quarter", chance=70),
            Part("backup", 1, 6, "quarter", 50),
        ),
    ),
    Bundle(
        "website",
        "yearly",
        13,
        (Part("hosting/*", 1, 1, "year"), Part("domain", 1, 3, "year")),
    ),
    Bundle(
        "calendar",
        "calendar",
        8,
        (
            Part("domain", 2, 9, "year"),
            Part("backup", 1, 3, "year"),
            Part("handbook", 1, 3, "year"),
        ),
    ),
    Bundle(
        "maintenance",
        "maintenance",
        11,
        (Part("maintenance", 1, 2, "quarter"), Part("hours", 1, 1, "month", 55)),
    ),
    Bundle(
        "rental",
        "rental",
        8,
        (
            Part("laptop", 2, 9, "quarter"),
            Part("printer", 1, 2, "month", 50),
            Part("dock", 1, 4, "", 30),
        ),
    ),
    Bundle(
        "voice",
        "card",
        7,
        (Part("line/*"), Part("phone", MANY), Part("firewall", 1, 1, "", 40)),
    ),
    Bundle(
        "review",
        "review",
        6,
        (
            Part("server/*", 1, 5),
            Part("endpoint", MANY),
            Part("maintenance", 1, 1, "quarter", 50),
            SETUP,
        ),
    ),
    Bundle("courier", "weekly", 2, (Part("courier", recurrence="week"),)),
)


def deal_bundles(random, contracts):
    """Return the bundle of each contract, by their shares, in any order.

    :rtype: list[Bundle]
    """
    total = sum(bundle.share for bundle in BUNDLES)
    result = [
        bundle
        for bundle in BUNDLES
        for _number in range(max(1, round(bundle.share * contracts / total)))
    ]
    random.shuffle(result)
    return result


def draw_lines(random, parts):
    """Draw the lines of a contract.

    :param random.Random random: the history's dice
    :return: tuples of product key, quantity and recurrence key
    :rtype: list[tuple]
    """
    people = random.choice((3, 4, 5, 6, 8, 9, 12, 14, 18, 22, 28, 35, 48))
    lines = []
    for part in parts:
        if random.randrange(100) >= part.chance:
            continue
        product = part.product
        if product.endswith("*"):
            choices = {"server/*": 3, "hosting/*": 2, "line/*": 2}
            product = f"{product[:-1]}{random.randrange(choices[product])}"
        quantity = people if part.low == MANY else random.randint(part.low, part.high)
        lines.append((product, quantity, part.recurrence))
    return lines
