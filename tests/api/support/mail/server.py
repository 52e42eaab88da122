"""A mail server that tests can make behave badly.

Every mail that it accepts is a file in --folder, written before it answers. How it treats a mail, its
recipient says:

    nobody…     refused: 550 at RCPT
    laterN…     put off N times: 451 at RCPT
    full…       put off always: 452 at RCPT
    spam…       refused after the contents: 554
    busyN…      put off N times after the contents: 451
    keep…       accepted and kept, then the connection breaks off, the first time
    lose…       the contents are thrown away and the connection breaks off, the first time
    hangup…     the connection breaks off at RCPT, the first time

It prints its port when it listens, and ends when its standard input does.
"""

import argparse
import asyncio
import collections
import itertools
import os
import pathlib
import re
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

seen = collections.Counter()
numbers = itertools.count(1)


def times(name, address):
    """How often an address of this kind asks to be put off; 0 when it is of another."""
    found = re.match(name + r"(\d+)", address)
    return int(found.group(1)) if found else 0


def first(step, address):
    seen[step, address] += 1
    return seen[step, address] == 1


class Handler:
    def __init__(self, folder, delay):
        self.folder = folder
        self.delay = delay

    async def handle_RCPT(self, server, session, envelope, address, options):
        await asyncio.sleep(self.delay)
        if address.startswith("nobody"):
            return "550 5.1.1 No such user here\x07"
        if address.startswith("full"):
            return "452 4.2.2 Mailbox full"
        if address.startswith("hangup") and first("rcpt", address):
            server.transport.abort()
            return "250 OK"
        seen["later", address] += 1
        if seen["later", address] <= times("later", address):
            return "451 4.7.1 Try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        await asyncio.sleep(self.delay)
        address = envelope.rcpt_tos[0]
        if address.startswith("spam"):
            return "554 5.7.1 Looks like spam"
        seen["busy", address] += 1
        if seen["busy", address] <= times("busy", address):
            return "451 4.3.0 Busy"
        if address.startswith("lose") and first("data", address):
            server.transport.abort()
            return "250 OK"
        name = f"{next(numbers):06}-{os.getpid()}.eml"
        draft = self.folder / f".{name}"
        head = f"X-Envelope-From: {envelope.mail_from}\r\nX-Envelope-To: {','.join(envelope.rcpt_tos)}\r\n"
        draft.write_bytes(head.encode() + envelope.original_content)
        draft.rename(self.folder / name)
        if address.startswith("keep") and first("data", address):
            server.transport.abort()
        return "250 2.0.0 OK: kept"


def certificates(folder):
    """A certificate authority of the test's own, and a certificate of it for this machine."""
    import trustme

    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    trustme.CA().cert_pem.write_to_path(folder / "other-ca.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    return context


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=pathlib.Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--security", choices=["none", "tls", "starttls"], default="none")
    parser.add_argument("--user")
    parser.add_argument("--password")
    parser.add_argument("--delay", type=float, default=0)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    context = certificates(options.folder) if options.security != "none" else None
    handler = Handler(options.folder, options.delay)

    def authenticate(server, session, envelope, mechanism, data):
        login, password = data.login.decode(), data.password.decode()
        is_known = (login, password) == (options.user, options.password)
        return AuthResult(success=is_known, handled=False)

    def connection():
        return SMTP(
            handler,
            hostname="mail.test",
            enable_SMTPUTF8=True,
            loop=asyncio.get_running_loop(),
            tls_context=context if options.security == "starttls" else None,
            require_starttls=options.security == "starttls",
            authenticator=authenticate if options.user else None,
            auth_required=bool(options.user),
            auth_require_tls=options.security == "starttls",
        )

    server = await asyncio.get_running_loop().create_server(
        connection,
        "127.0.0.1",
        options.port,
        ssl=context if options.security == "tls" else None,
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    os._exit(0)


asyncio.run(main())
