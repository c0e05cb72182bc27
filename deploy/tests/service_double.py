"""Stands in for `python -m shared.run SERVICE ROLE`: same environment, no database, standard library only."""

from __future__ import annotations

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

SERVICE, ROLE = sys.argv[1], sys.argv[2]
FAILING = os.environ.get("DOUBLE_FAILS", "")


class Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = json.dumps({"service": SERVICE, "role": ROLE, "path": self.path}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main() -> None:
    if f"{SERVICE} {ROLE}" == FAILING:
        sys.exit(f"{SERVICE} cannot {ROLE} today")
    with Path("order.txt").open("a") as order:
        order.write(f"{SERVICE} {ROLE}\n")
    if ROLE in ("migrate", "provision-stream"):
        return
    with ThreadingHTTPServer((os.environ["YUMIN_HTTP__HOST"], int(os.environ["YUMIN_HTTP__PORT"])), Answers) as server:
        server.serve_forever()


if __name__ == "__main__":
    main()
