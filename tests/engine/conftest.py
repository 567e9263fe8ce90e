"""Let the engine's tests import the engine as plain Python, with or without Odoo."""

import importlib.util
import os
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2]))
collect_ignore_glob = []

if importlib.util.find_spec("hypothesis") is None:
    collect_ignore_glob = ["*_properties_test.py"]
else:
    from hypothesis import HealthCheck, settings

    common = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}
    settings.register_profile("quick", max_examples=30, derandomize=True, **common)
    settings.register_profile("search", max_examples=3000, **common)
    settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))
