"""Where a webhook may go: to the open internet over https, never to what only we can reach."""

import hashlib
import hmac
import ipaddress
import socket
import time
from urllib.parse import urlsplit

import urllib3
from odoo.exceptions import ValidationError
from odoo.tools import str2bool

TIMEOUT = 10  # seconds
MOST_READ = 1000  # bytes of an answer
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
    """Return whether a host is written as a number."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    return True


def check_ip(env, ip):
    """Refuse a number that belongs to no computer on the open internet.

    :raise ValidationError: it is private, local, reserved or shared
    """
    address = ipaddress.ip_address("127.0.0.1" if ip == "localhost" else ip)
    inner = getattr(address, "ipv4_mapped", None) or address
    if not inner.is_global or inner.is_multicast:
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

    :param str call_id: the same for each attempt, so that the other side can tell repeats
    :param bytes body: JSON
    :rtype: int
    """
    check_address(env, url)
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
        answer.read(MOST_READ)
        answer.close()
    return answer.status
