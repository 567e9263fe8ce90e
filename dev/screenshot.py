"""Take a picture of a page of a running server in headless Chromium.

    dev/run screenshot http://127.0.0.1:8069/odoo out.png [--login admin] [--size 1400x900]

The login is also the password, as in a database without changed passwords.
"""

import argparse
import base64
import itertools
import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

import requests
import websocket

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-port=0",
    "--remote-allow-origins=*",
    "--hide-scrollbars",
)
PHONE_WIDTH = 500
IS_QUIET = (
    "document.readyState === 'complete' && (window.odoo?.isReady ?? true)"
    " && !document.querySelector('.o_loading_indicator')"
)


class Browser:
    """One page of a headless Chromium, driven by the DevTools protocol."""

    def __init__(self, size):
        self.folder = tempfile.TemporaryDirectory()
        width, height = size.split("x")
        self.process = subprocess.Popen(
            [
                "chromium",
                *FLAGS,
                f"--window-size={width},{height}",
                f"--user-data-dir={self.folder.name}",
                "about:blank",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        port = self._port()
        pages = requests.get(f"http://127.0.0.1:{port}/json", timeout=30).json()
        page = next(page for page in pages if page["type"] == "page")
        self.socket = websocket.create_connection(page["webSocketDebuggerUrl"], timeout=60)
        self.ids = itertools.count(1)
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=int(width),
            height=int(height),
            deviceScaleFactor=1,
            mobile=int(width) < PHONE_WIDTH,
        )

    def _port(self):
        """Return the port that Chromium chose; it writes it to a file."""
        path = Path(self.folder.name) / "DevToolsActivePort"
        for _attempt in range(300):
            if path.exists() and path.read_text().strip():
                return path.read_text().split()[0]
            time.sleep(0.1)
        raise SystemExit("Chromium did not start.")

    def call(self, method, **params):
        """Send one command and return its result."""
        number = next(self.ids)
        self.socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            answer = json.loads(self.socket.recv())
            if answer.get("id") == number:
                if "error" in answer:
                    raise SystemExit(f"{method}: {answer['error']['message']}")
                return answer["result"]

    def evaluate(self, code):
        """Return the value of a JavaScript expression."""
        done = self.call("Runtime.evaluate", expression=code, awaitPromise=True, returnByValue=True)
        return done["result"].get("value")

    def close(self):
        """End Chromium."""
        self.process.terminate()
        self.process.wait(timeout=20)
        time.sleep(0.3)
        self.folder.cleanup()


def log_in(base, login, password):
    """Return the session cookie of a user.

    :param str base: scheme, host and port
    """
    session = requests.Session()
    page = session.get(f"{base}/web/login", timeout=120)
    token = re.search(r'csrf_token: "([^"]+)"|name="csrf_token" value="([^"]+)"', page.text)
    if not token:
        raise SystemExit(f"{base}/web/login shows no login form.")
    values = {"csrf_token": token[1] or token[2], "login": login, "password": password}
    session.post(f"{base}/web/login", data=values, timeout=120)
    return session.cookies["session_id"]


def take(options):
    """Open the page, wait until it is quiet, write the picture."""
    browser = Browser(options.size)
    try:
        parts = urlsplit(options.url)
        if options.login:
            value = log_in(
                f"{parts.scheme}://{parts.netloc}", options.login, options.password or options.login
            )
            browser.call("Network.setCookie", name="session_id", value=value, url=options.url)
        browser.call("Page.navigate", url=options.url)
        for _attempt in range(60):
            time.sleep(0.5)
            if browser.evaluate(IS_QUIET):
                break
        time.sleep(options.wait)
        if options.js:
            browser.evaluate(options.js)
            time.sleep(options.wait)
        shot = browser.call("Page.captureScreenshot", captureBeyondViewport=options.full)
        Path(options.file).write_bytes(base64.b64decode(shot["data"]))
    finally:
        browser.close()


def main():
    """Read the command line and take the picture."""
    parser = argparse.ArgumentParser(prog="dev/run screenshot", description=__doc__)
    parser.add_argument("url")
    parser.add_argument("file")
    parser.add_argument("--login", help="user to log in as")
    parser.add_argument("--password", help="the login when empty")
    parser.add_argument("--size", default="1400x900", help="window size; under 500 wide is a phone")
    parser.add_argument("--wait", type=float, default=2.0, help="seconds after the page is ready")
    parser.add_argument("--js", help="code to run before the picture, such as a click")
    parser.add_argument("--full", action="store_true", help="beyond the window too")
    take(parser.parse_args())
    return 0


if __name__ == "__main__":
    sys.exit(main())
