"""A server of another process that notes every connection: GDAL holds the interpreter while it waits, so it cannot be one of this process."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_SERVER = """
import socket, sys
server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
while True:
    line, _ = server.accept()
    line.settimeout(1)
    try:
        asked = line.recv(300)
        with open(sys.argv[1], "ab") as log:
            log.write(asked.split(b"\\r")[0] + b"\\n")
        line.sendall(b"HTTP/1.0 404 no\\r\\nContent-Length: 0\\r\\n\\r\\n")
    except OSError:
        pass
    line.close()
"""


@dataclass
class Asked:
    """Where it listens, and what it was asked."""

    url: str
    log: Path

    def lines(self) -> list[str]:
        return self.log.read_text(encoding="utf-8", errors="replace").splitlines()


@contextmanager
def asked_server(folder: Path) -> Iterator[Asked]:
    log = folder / "asked.log"
    log.touch()
    server = subprocess.Popen([sys.executable, "-c", _SERVER, str(log)], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
    try:
        assert server.stdout is not None
        yield Asked(f"http://127.0.0.1:{int(server.stdout.readline())}", log)
    finally:
        server.terminate()
        server.wait()
        server.stdout.close()


def connect(asked: Asked) -> None:
    """One connection of our own: what proves that the log would show others."""
    port = int(asked.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.sendall(b"GET /own HTTP/1.0\r\n\r\n")
        line.recv(100)
