#!/usr/bin/env python3
"""Says whose host an alert is about: a line of JSON for each line of JSON."""
import json
import sys

OWNERS = {"web-1": "web team", "db-1": "storage team"}

for line in sys.stdin:
    alert = json.loads(line)
    owner = OWNERS.get(alert.get("host", {}).get("name"))
    print(json.dumps({"add": {"host.owner": owner}} if owner else {}), flush=True)
