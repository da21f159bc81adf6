"""A publisher's site on this machine: it knows ranges or not, breaks off, changes its files, asks to log in."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

LONG_AGO = "Mon, 06 Jan 2020 10:00:00 GMT"


@dataclass
class Published:
    """One file at the site, and how the site behaves about it."""

    content: bytes
    etag: str | None = '"v1"'
    modified: str | None = LONG_AGO
    ranges: bool = True
    length: bool = True
    status: int = 200
    location: str = ""
    type: str = "application/octet-stream"
    encoding: str = ""
    break_after: list[int] = field(default_factory=list)
    """How many bytes of the body each of the first answers sends before the line goes dead."""
    fail: list[int] = field(default_factory=list)
    """What the first answers say instead, each a status."""
    careless: bool = False
    """Whether it sends the range that is asked for, whatever version it is wanted of."""
    shifted: int = 0
    """By how many bytes the range that it sends begins after the one that was asked for."""
    hang_s: float = 0.0
    stall_after: int | None = None
    """After how many bytes of the body the server falls silent for ``hang_s``; None: before the first."""


@dataclass
class Site:
    """The files by path, and every request that came: its path and headers."""

    url: str
    files: dict[str, Published] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)


@contextmanager
def serving() -> Iterator[Site]:
    """Run a site in a thread."""
    site = Site("")

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

        def do_GET(self) -> None:
            site.asked.append((self.path, dict(self.headers)))
            file = site.files.get(self.path)
            if file is None:
                self.send_error(404)
                return
            answer(self, file)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    site.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def answer(handler: BaseHTTPRequestHandler, file: Published) -> None:
    """Answer one request as RFC 9110 has it, unless the file says otherwise."""
    if file.fail:
        handler.send_error(file.fail.pop(0))
        return
    if file.location:
        handler.send_response(302)
        handler.send_header("Location", file.location)
        handler.end_headers()
        return
    body, start = file.content, 0
    status = file.status
    asked, only_if = handler.headers.get("Range"), handler.headers.get("If-Range")
    if status == 200 and file.ranges and asked and (file.careless or only_if in {file.etag, file.modified}):
        start = int(asked.removeprefix("bytes=").rstrip("-")) + file.shifted
        status = 206 if start < len(body) else 416
    handler.send_response(status)
    if status == 206:
        handler.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
    body = b"" if status == 416 else body[start:]
    if file.length:
        handler.send_header("Content-Length", str(len(body)))
    for name, value in (
        ("ETag", file.etag),
        ("Last-Modified", file.modified),
        ("Content-Type", file.type),
        ("Content-Encoding", file.encoding),
    ):
        if value:
            handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.flush()
    if file.hang_s:
        handler.wfile.write(body[: file.stall_after or 0])
        handler.wfile.flush()
        threading.Event().wait(file.hang_s)
        body = body[file.stall_after or 0 :]
    if file.break_after:
        body = body[: file.break_after.pop(0)]
        handler.close_connection = True
    try:
        handler.wfile.write(body)
        handler.wfile.flush()
    except (BrokenPipeError, ConnectionResetError):
        pass
