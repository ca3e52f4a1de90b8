"""Writes `base/` and `nats-values.yaml`.  Run: make kubernetes."""

from deploy.kubernetes import BASE, files

BASE.mkdir(exist_ok=True)
for name, text in files().items():
    (BASE / name).write_text(text)
