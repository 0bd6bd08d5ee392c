"""A webhook's and a mail server's other end, on this machine, for tests that look at what arrives.

Belongs here: servers on 127.0.0.1 that keep what they were sent. Does not belong here: any check.
"""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any


@dataclass
class Received:
    """What a server was sent, and where it listens."""

    address: str
    bodies: list[Any] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@contextmanager
def _serving(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def webhook(status: int = 200, location: str | None = None) -> Iterator[Received]:
    """An HTTP server that answers every request with a status and keeps its JSON."""
    received = Received("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.requests.append(f"POST {self.headers['Content-Type']}")
            received.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self._answer()

        def do_GET(self) -> None:
            received.requests.append("GET")
            self._answer()

        def _answer(self) -> None:
            self.send_response(status)
            if location:
                self.send_header("Location", location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    received.address = f"http://127.0.0.1:{server.server_port}/hook"
    with _serving(server):
        yield received


@contextmanager
def mail_server() -> Iterator[Received]:
    """The least of an SMTP server: takes one message after the other and keeps its lines."""
    received = Received("")

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 here\r\n")
            while line := self.rfile.readline():
                received.requests.append(line.decode().strip())
                word = line[:4].upper()
                if word == b"DATA":
                    self.wfile.write(b"354 go on\r\n")
                    received.bodies.append(self._message())
                self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")

        def _message(self) -> str:
            lines = iter(self.rfile.readline, b".\r\n")
            return b"".join(lines).decode()

    server = socketserver.TCPServer(("127.0.0.1", 0), Handler)
    received.address = f"127.0.0.1:{server.server_address[1]}"
    with _serving(server):
        yield received
