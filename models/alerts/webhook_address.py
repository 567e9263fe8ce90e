"""Where a webhook may go: to the open internet over https, never to what only we can reach."""

import contextlib
import hashlib
import hmac
import ipaddress
import socket
import time
import unicodedata
from urllib.parse import urlsplit

import urllib3
from odoo.exceptions import ValidationError
from odoo.tools import str2bool

from .webhook_deadline import set_deadline

TIMEOUT = 10  # seconds of each step
DEADLINE = 20  # seconds of the whole call
MOST_READ = 1000  # bytes of an answer
# A gateway from IPv6 to IPv4: the last 32 bits are the number behind it.
NAT64 = ipaddress.ip_network("64:ff9b::/96")
ALLOWED = "sale_recurring.webhook_private_addresses"


def is_private_allowed(env):
    """Return whether a system administrator lets webhooks reach addresses of the own network."""
    # sudo: everybody's webhooks follow the administrator's choice
    return str2bool(env["ir.config_parameter"].sudo().get_param(ALLOWED, ""), False)


def check_address(env, url):
    """Refuse an address that is no webhook, or that is not on the open internet.

    :raise ValidationError: says what is wrong
    """
    parts, schemes = split(url), ("https", "http") if is_private_allowed(env) else ("https",)
    if not parts or parts.scheme not in schemes or parts.username or parts.password:
        raise ValidationError(
            env._("“%(url)s” is not the address of a webhook. It begins with https://.", url=url)
        )
    if is_literal(parts.hostname) and not is_private_allowed(env):
        check_ip(env, parts.hostname)


def split(url):
    """Return the parts of an address, None if it is none."""
    try:
        parts = urlsplit(url or "")
        host, _port = parts.hostname, parts.port  # reading a wrong port raises
    except ValueError:
        return None
    return parts if host else None


def is_literal(host):
    """Return whether a host is written as a number, or is this machine by name."""
    return host.rstrip(".").casefold() == "localhost" or to_number(host) is not None


def to_number(host):
    """Return the number that a host is written as, in whatever way, None for a name.

    >>> to_number('0x7f.1'), to_number('2130706433'), to_number('hooks.example.com')
    (IPv4Address('127.0.0.1'), IPv4Address('127.0.0.1'), None)
    """
    for read in (str, lambda text: socket.inet_aton(unicodedata.normalize("NFKC", text))):
        with contextlib.suppress(OSError, ValueError):
            return ipaddress.ip_address(read(host))
    return None


def get_inner(address):
    """Return the numbers that a number stands for: gateways hand it on to the one in it.

    :rtype: list
    """
    if address.version == 4:
        return [address]
    if address in NAT64:
        return [ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)]
    if address.ipv4_mapped:
        return [address.ipv4_mapped]
    wrapped = (address.sixtofour, *(address.teredo or ()))
    return [address, *(one for one in wrapped if one)]


def is_open(address):
    """Return whether a number is on the open internet."""
    is_special = address.is_multicast or address.is_reserved
    return address.is_global and not is_special and not getattr(address, "is_site_local", False)


def check_ip(env, ip):
    """Refuse a number that belongs to no computer on the open internet.

    :raise ValidationError: it is private, local, reserved or shared
    """
    address = to_number(ip) or ipaddress.ip_address("127.0.0.1")
    if not all(is_open(one) for one in get_inner(address)):
        raise ValidationError(
            env._(
                "Webhooks may not reach %(address)s, which is a private address. A system "
                "administrator can allow it.",
                address=ip,
            )
        )


def resolve(env, host, port):
    """Return the number of a host; each of its numbers must be allowed.

    The call goes to this very number. Whoever answers with another one a moment later, when the
    name is looked up again, is not asked again.

    :raise ValidationError: one of its numbers is private
    :raise OSError: nobody knows the host
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    numbers = [info[4][0].partition("%")[0] for info in found]
    if not is_private_allowed(env):
        for number in numbers:
            check_ip(env, number)
    return numbers[0]


def sign(secret, moment, body):
    """Return the signature of a call: HMAC-SHA256 of the moment, a point, and the body.

    >>> sign('key', 1, b'{}')[:12]
    't=1,v1=f6bcd'
    """
    text = f"{moment}.".encode() + body
    return f"t={moment},v1={hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()}"


def post(env, url, secret, call_id, body):
    """Send one call; redirects are not followed. Return the status of the answer.

    Of the rest of the answer only the beginning is read, as far as it comes in time.

    :param str call_id: the same for each attempt, so that the other side can tell repeats
    :param bytes body: JSON
    :rtype: int
    """
    check_address(env, url)
    deadline = time.monotonic() + DEADLINE
    parts = split(url)
    is_secure = parts.scheme == "https"
    port = parts.port or (443 if is_secure else 80)
    number = resolve(env, parts.hostname, port)
    options = {"timeout": TIMEOUT, "retries": False, "maxsize": 1}
    if is_secure:
        pool = urllib3.HTTPSConnectionPool(
            number,
            port,
            server_hostname=parts.hostname,
            assert_hostname=parts.hostname,
            cert_reqs="CERT_REQUIRED",
            **options,
        )
    else:
        pool = urllib3.HTTPConnectionPool(number, port, **options)
    set_deadline(pool, deadline)
    path = parts.path or "/"
    with pool:
        answer = pool.urlopen(
            "POST",
            f"{path}?{parts.query}" if parts.query else path,
            body=body,
            headers={
                "Host": parts.netloc,
                "Content-Type": "application/json",
                "User-Agent": "sale_recurring",
                "X-Subscription-Call": call_id,
                "X-Subscription-Signature": sign(secret, int(time.time()), body),
            },
            redirect=False,
            preload_content=False,
        )
        with contextlib.suppress(OSError, urllib3.exceptions.HTTPError):
            answer.read(MOST_READ, decode_content=False)
        answer.close()
    return answer.status
