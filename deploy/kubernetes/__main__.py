"""Writes `base/` and what stands beside it.  Run: make kubernetes."""

from deploy.kubernetes import BASE, files

for name, text in files().items():
    (BASE / name).parent.resolve().mkdir(exist_ok=True)
    (BASE / name).write_text(text)
