"""A city's system that receives webhooks, and is down half of the time: it refuses connections, hangs
or answers 500, in turn. Each delivery that reaches it is verified as it comes, with the official
libraries of Standard Webhooks for Python and for JavaScript."""

import asyncio
import json
import time
from collections import Counter, defaultdict
from pathlib import Path

from aiohttp import web
from standardwebhooks import Webhook

UP_SECONDS = 5
DOWN_SECONDS = 5
WAYS_TO_BE_DOWN = ("refuse", "hang", "answer 500")

HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")


class Receiver:
    """A receiver on a port of 127.0.0.1, and what it has seen."""

    def __init__(self, node: str, verifier: Path) -> None:
        self.secret = ""
        self.mode = "up"
        self.attempts = Counter()
        self.accepted: Counter[str] = Counter()
        self.ids_by_request: defaultdict[str, set[str]] = defaultdict(set)
        self.faults: list[str] = []
        self.good = 0
        self.last_new = time.monotonic()
        self._command = (node, str(verifier))
        self._site: web.TCPSite | None = None

    async def start(self) -> None:
        """Listens, up for now."""
        self._node = await asyncio.create_subprocess_exec(
            *self._command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        app = web.Application()
        app.router.add_post("/hook", self._receive)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        self._port = 0
        await self._listen()
        self._port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{self._port}/hook"

    async def _listen(self) -> None:
        self._site = web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True)
        await self._site.start()

    async def set_mode(self, mode: str) -> None:
        """Changes how it behaves."""
        if mode == "refuse" and self._site:
            await self._site.stop()
            self._site = None
            for connection in list(self._runner.server.connections):
                connection.force_close()
                if connection.transport:
                    connection.transport.abort()
        self.mode = mode
        if mode != "refuse" and not self._site:
            await self._listen()

    async def be_flaky(self) -> None:
        """Up and down, until cancelled."""
        turn = 0
        while True:
            await self.set_mode("up")
            await asyncio.sleep(UP_SECONDS)
            await self.set_mode(WAYS_TO_BE_DOWN[turn % len(WAYS_TO_BE_DOWN)])
            await asyncio.sleep(DOWN_SECONDS)
            turn += 1

    async def _receive(self, request: web.Request) -> web.StreamResponse:
        body = await request.text()
        mode = self.mode
        self.attempts[mode] += 1
        self._verify(body, {name: request.headers[name] for name in HEADERS})
        if mode == "hang":
            # Longer than the service waits.
            await asyncio.sleep(20)
            return web.Response(status=500)
        if mode != "up":
            return web.Response(status=500)
        delivered = json.loads(body)
        event = request.headers["webhook-id"]
        if delivered["data"]["id"] != event:
            self.faults.append(f"{event} tells of {delivered['data']['id']}")
        self.ids_by_request[delivered["data"]["subject"]["id"]].add(event)
        if event not in self.accepted:
            self.last_new = time.monotonic()
        self.accepted[event] += 1
        return web.Response()

    def _verify(self, body: str, headers: dict[str, str]) -> None:
        try:
            Webhook(self.secret).verify(body, headers)
            self.good += 1
        except Exception as error:  # noqa: BLE001 - whatever is wrong is a fault
            self.faults.append(f"Python: {headers['webhook-id']}: {error}")
        line = json.dumps({"secret": self.secret, "headers": headers, "body": body})
        self._node.stdin.write(line.encode() + b"\n")

    async def verdict(self) -> dict:
        """Stops, and says what JavaScript found."""
        await self._runner.cleanup()
        # The end of its input is what it waits for.
        self._node.stdin.close()
        return json.loads(await self._node.stdout.read())
