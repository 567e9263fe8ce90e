"""The customers: invented businesses and people, with addresses under example.com."""

import re
import unicodedata

from odoo.fields import Command

PHONES = {
    "AT": "+43 1 555",
    "DE": "+49 30 5550",
    "CH": "+41 44 555",
    "FR": "+33 1 55 50",
    "IT": "+39 02 5550",
    "NL": "+31 20 555",
    "CZ": "+420 555 0",
    "BE": "+32 2 555",
    "ES": "+34 91 555",
    "US": "+1 212 555",
    "BR": "+55 11 5550",
    "GB": "+44 20 7946",
}
VAT_DIGITS = {"AT": ("ATU", 8), "FR": ("FR00", 9), "NL": ("NL", 9), "ES": ("ESB", 8)}
EUROPEAN_UNION = ("AT", "DE", "FR", "IT", "NL", "CZ", "BE", "ES")
CURRENCIES = {"US": "USD", "BR": "USD", "GB": "USD", "CH": "CHF"}
TITLES = ("Office Manager", "Managing Director", "Head of IT", "Accounting", "Purchasing")

# name | street | zip | city | country; people have no legal form
BUSINESSES = """
Hotel Alpenstern GmbH|Seestraße 8|5700|Zell am See|AT
Bäckerei Winkler GmbH|Hauptplatz 3|3430|Tulln|AT
Steiner & Partner Rechtsanwälte|Graben 21|1010|Wien|AT
Tischlerei Holzinger KG|Gewerbepark 5|4600|Wels|AT
Apotheke zum Löwen|Stadtplatz 14|4400|Steyr|AT
Kramer Installationen GmbH|Wiener Straße 77|8020|Graz|AT
Donauwerft Linz AG|Hafenstraße 2|4020|Linz|AT
Gasthof Kirchenwirt|Dorf 12|6352|Ellmau|AT
Architekturbüro Lechner ZT|Mariahilfer Straße 101|1060|Wien|AT
Weingut Sonnleitner|Kellergasse 9|3550|Langenlois|AT
Autohaus Pichler GmbH|Salzburger Straße 40|5020|Salzburg|AT
Buchhandlung Federkiel|Josefstädter Straße 33|1080|Wien|AT
Zahnarztpraxis Dr. Hauser|Landstraße 62|4020|Linz|AT
Seilbahnen Hochkar AG|Talstation 1|3345|Göstling|AT
Druckerei Morgenrot GmbH|Industriezeile 18|4020|Linz|AT
Physiotherapie am Park|Parkring 6|8010|Graz|AT
Bergmann Steuerberatung GmbH|Kaiserstraße 50|1070|Wien|AT
Molkerei Tannhof eGen|Molkereiweg 2|6130|Schwaz|AT
Kunsthalle Seepark|Uferweg 1|6900|Bregenz|AT
Spedition Wallner GmbH|Terminalstraße 11|2320|Schwechat|AT
Optik Sehwerk|Herrengasse 4|8010|Graz|AT
Gemeinde Oberfeld|Gemeindeplatz 1|2620|Neunkirchen|AT
Elektro Baumgartner|Bahnhofstraße 29|4910|Ried|AT
Fahrschule Kurvenreich|Triester Straße 90|1100|Wien|AT
Sägewerk Auer GmbH|Auweg 7|5671|Bruck|AT
Reitbauer Immobilien GmbH|Opernring 9|1010|Wien|AT
Kaffeerösterei Bohnenglück|Neubaugasse 44|1070|Wien|AT
Tierklinik Wienerwald|Klosterweg 3|3400|Klosterneuburg|AT
Musikschule Harmonia|Schulgasse 16|9020|Klagenfurt|AT
Planungsbüro Grünraum KG|Linzer Straße 5|3100|St. Pölten|AT
Hansen Maschinenbau GmbH|Werftstraße 20|24143|Kiel|DE
Brauerei Eichenhof GmbH|Brauhausgasse 1|93047|Regensburg|DE
Praxisgemeinschaft am Markt|Marktplatz 7|79098|Freiburg|DE
Kessler Logistik GmbH|Frachtstraße 12|04158|Leipzig|DE
Studio Rothenburg|Torstraße 88|10119|Berlin|DE
Vogel & Söhne Metallbau|Am Hammer 3|45127|Essen|DE
Naturkost Lindemann|Grüne Straße 15|26121|Oldenburg|DE
Isar Verlag GmbH|Isarring 30|80805|München|DE
Weber Medizintechnik GmbH|Technologiepark 4|78532|Tuttlingen|DE
Kanzlei Sommerfeld|Königsallee 60|40212|Düsseldorf|DE
Möbelhaus Brinkmann|Münsterstraße 200|48155|Münster|DE
Solarfeld Brandenburg GmbH|Feldweg 1|14712|Rathenow|DE
Hotel Deichblick|Am Deich 5|25718|Friedrichskoog|DE
Bremer Teehandel GmbH|Speicherhof 9|28217|Bremen|DE
Spielwaren Zauberwald|Holzgasse 2|09548|Seiffen|DE
Helvetia Uhrenwerk AG|Rue du Temple 8|2300|La Chaux-de-Fonds|CH
Zürichsee Treuhand AG|Seestrasse 110|8002|Zürich|CH
Chocolaterie du Lac SA|Quai du Mont-Blanc 4|1201|Genève|CH
Bergbahnen Silvaplana AG|Via Corvatsch 2|7513|Silvaplana|CH
Käserei Emmenblick|Dorfstrasse 21|3550|Langnau|CH
Praxis Limmatplatz|Limmatstrasse 77|8005|Zürich|CH
Architekten Rheinsprung|Rheinsprung 12|4051|Basel|CH
Berner Veloladen GmbH|Länggasse 30|3012|Bern|CH
Maison Delacroix SARL|12 rue des Lilas|69003|Lyon|FR
Boulangerie Saint-Michel|3 place du Marché|29200|Brest|FR
Cabinet Moreau & Fils|45 avenue Foch|67000|Strasbourg|FR
Domaine des Oliviers|Route de Grasse|06130|Grasse|FR
Atelier Montreuil|8 rue de Paris|93100|Montreuil|FR
Clinique Vétérinaire du Parc|22 boulevard Carnot|31000|Toulouse|FR
Cantieri Bellini SpA|Via del Porto 6|16126|Genova|IT
Studio Legale Ferrante|Via Larga 19|20122|Milano|IT
Ceramiche Toscane Srl|Via Senese 140|50124|Firenze|IT
Hotel Miralago|Lungolago 3|37016|Garda|IT
Agriturismo Colle Verde|Strada del Colle 8|06081|Assisi|IT
Van Dijk Bloemen BV|Bloemenlaan 5|1431|Aalsmeer|NL
Havenbedrijf Scheldezicht|Kade 14|4381|Vlissingen|NL
De Groot Accountants|Herengracht 250|1016|Amsterdam|NL
Fietsfabriek Utrecht BV|Croeselaan 9|3521|Utrecht|NL
Pivovar Modrá Hora|Náměstí 2|370 01|České Budějovice|CZ
Sklárna Křišťál s.r.o.|Sklářská 11|473 01|Nový Bor|CZ
Novák Stavby s.r.o.|Vinohradská 66|120 00|Praha|CZ
Chocolats Van Hove|Rue Neuve 17|1000|Bruxelles|BE
Meubelen Peeters NV|Steenweg 88|2800|Mechelen|BE
Bodegas del Río SL|Calle Mayor 5|26001|Logroño|ES
Clínica Costa Clara|Avenida del Mar 31|29640|Fuengirola|ES
Harbor Street Dental|210 Harbor St|02110|Boston|US
Blue Mesa Outfitters LLC|48 Canyon Rd|87501|Santa Fe|US
Lakeside Legal Group|900 Lake Shore Dr|60611|Chicago|US
Maple & Stone Builders Inc.|17 Mill Rd|05401|Burlington|US
Pacific Reef Imports|350 Pier Ave|94133|San Francisco|US
Granite Peak Software|77 Summit Way|80302|Boulder|US
Old Town Veterinary Clinic|5 King St|22314|Alexandria|US
Prairie Wind Energy Co.|1200 Prairie Ave|68102|Omaha|US
Café Aurora Ltda|Rua das Acácias 90|01310-000|São Paulo|BR
Pousada Mar Azul|Praia do Forte 3|88010-000|Florianópolis|BR
Wexford & Hale Ltd|14 Bishop Street|EC2A 4NE|London|GB
Thistle Textiles Ltd|6 Mill Lane|KW1 5XX|Wick|GB
Harrow Books|29 Station Road|HA1 2XX|Harrow|GB
Coastline Yachts Ltd|Marina House|PO1 3XX|Portsmouth|GB
"""
PEOPLE = """
Dr. Anna Steinlechner|Wollzeile 12|1010|Wien|AT
Martin Gruber|Feldgasse 4|2500|Baden|AT
Sophie Wallisch|Rennweg 51|1030|Wien|AT
Lukas Obermayr|Kirchenweg 9|4863|Seewalchen|AT
Dr. Petra Zehetner|Annenstraße 20|8020|Graz|AT
Katharina Böhm|Lindenallee 33|12555|Berlin|DE
Tobias Reuter|Am Stadtwall 8|23552|Lübeck|DE
Marie Lambert|7 rue Pasteur|21000|Dijon|FR
Giulia Conti|Via Roma 44|10121|Torino|IT
Pieter de Vries|Dorpsstraat 3|8601|Sneek|NL
"""
FIRST_NAMES = [
    "Eva",
    "Michael",
    "Sabine",
    "Paul",
    "Laura",
    "Stefan",
    "Nina",
    "David",
    "Julia",
    "Peter",
    "Elena",
    "Marco",
    "Chloé",
    "Hugo",
    "Iris",
    "Tomáš",
    "Lena",
    "Oliver",
    "Carla",
    "Simon",
]
LAST_NAMES = [
    "Berger",
    "Wimmer",
    "Novak",
    "Fischer",
    "Keller",
    "Rossi",
    "Dubois",
    "Jansen",
    "Peeters",
    "Svoboda",
    "Moser",
    "Huber",
    "Meier",
    "Garcia",
    "Baker",
    "Turner",
    "Silva",
    "Wolf",
    "Haas",
    "Egger",
]


def create_customers(env, payment_terms, catalog, sellers):
    """Create all customers, every fourth business with a contact.

    :param payment_terms: terms of customers who agreed on none
    :param list sellers: salespeople, busy ones more than once
    :return: the commercial partners, businesses first
    :rtype: list
    """
    Partner = env["res.partner"].with_context(
        tracking_disable=True, mail_create_nolog=True, no_vat_validation=True
    )
    rows = [(line, True) for line in BUSINESSES.strip().splitlines()]
    rows += [(line, False) for line in PEOPLE.strip().splitlines()]
    countries = {code: env.ref(f"base.{'uk' if code == 'GB' else code.lower()}") for code in PHONES}
    vals_list = [
        _prepare_customer(number, line, is_company, countries)
        for number, (line, is_company) in enumerate(rows)
    ]
    for number, vals in enumerate(vals_list):
        code = CURRENCIES.get(vals.pop("country_code"), "EUR")
        vals["property_product_pricelist"] = catalog.pricelists[code].id
        vals["property_payment_term_id"] = payment_terms.id
        vals["user_id"] = sellers[number % len(sellers)].id
    return list(Partner.create(vals_list))


def _prepare_customer(number, line, is_company, countries):
    name, street, zip_code, city, code = line.split("|")
    domain = f"{_slug(name)}.example.com"
    vals = {
        "name": name,
        "is_company": is_company,
        "street": street,
        "zip": zip_code,
        "city": city,
        "country_id": countries[code].id,
        "country_code": code,
        "email": f"office@{domain}" if is_company else f"{_slug(name)}@example.com",
        "phone": f"{PHONES[code]} {100 + number:04d}",
    }
    if is_company and code in EUROPEAN_UNION:
        prefix, digits = VAT_DIGITS.get(code, (code, 9))
        vals["vat"] = prefix + str(55500000000 + number * 7919)[-digits:]
    if is_company and number % 4 == 0:
        vals["child_ids"] = [Command.create(_prepare_contact(number, domain))]
    return vals


def _prepare_contact(number, domain):
    first = FIRST_NAMES[number * 7 % len(FIRST_NAMES)]
    last = LAST_NAMES[number * 3 // 4 % len(LAST_NAMES)]
    return {
        "name": f"{first} {last}",
        "function": TITLES[number // 4 % len(TITLES)],
        "email": f"{_slug(first)}.{_slug(last)}@{domain}",
        "type": "contact",
    }


def _slug(name):
    """Return a name as it stands in a mail address."""
    for old, new in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        name = name.lower().replace(old, new)
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z]+", "-", plain).strip("-")


def create_portal_user(env, partner):
    """Let one customer log in.

    :return: the portal user
    """
    return (
        env["res.users"]
        .with_context(no_reset_password=True, mail_create_nolog=True)
        .create(
            {
                "login": "portal",
                "password": "portal",
                "partner_id": partner.id,
                "group_ids": [Command.set(env.ref("base.group_portal").ids)],
            }
        )
    )
