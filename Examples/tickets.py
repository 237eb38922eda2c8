#!/usr/bin/env python3
"""Writes a ticket for each alert, and says what became of it."""
import json
import sys

for line in sys.stdin:
    id = json.loads(line)["weir"]["alert_id"]
    try:
        with open(sys.argv[1], "a") as tickets:
            tickets.write(id + "\n")
        print(json.dumps({"result": "ok"}), flush=True)
    except OSError as error:
        print(json.dumps({"result": "retry", "reason": str(error), "after": "1m"}), flush=True)
