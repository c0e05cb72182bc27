"""Write the alert and recording rules once more, as the PrometheusRule of the Kubernetes base.

.venv/bin/python deploy/prometheus/build_rules.py
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

RULES = Path(__file__).parent / "rules"
TARGET = Path(__file__).parents[2] / "k8s" / "base" / "observability" / "rules.yaml"
NOTE = "# Made by deploy/prometheus/build_rules.py from deploy/prometheus/rules; edit those.\n"


def prometheus_rule() -> str:
    """The object as YAML: the recording rules first, since alerts are written in their terms."""
    files = [RULES / "recording.yml", RULES / "alerts.yml"]
    groups = [group for file in files for group in yaml.safe_load(file.read_text(encoding="utf-8"))["groups"]]
    rule: dict[str, Any] = {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": "yumin"},
        "spec": {"groups": groups},
    }
    return NOTE + yaml.safe_dump(rule, allow_unicode=True, sort_keys=False, width=1000)


if __name__ == "__main__":
    TARGET.write_text(prometheus_rule(), encoding="utf-8")
