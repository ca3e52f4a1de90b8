"""Writes an example of each kind of a flow's steps with its ports, as the engine knows them.

The browser's editor draws ports while one types; its tests hold it to this file.  Run: make schemas
"""

import json

from deploy.local.folders import ROOT
from services.flows.domain.language import examples, kinds, type_of

FILE = ROOT / "services" / "console" / "web" / "src" / "features" / "flows" / "kinds.json"


def document() -> str:
    """The examples as text, in the order of the language."""
    told = [
        {"node": example, "ports": kind.model_validate(example).ports}
        for kind in kinds()
        for example in (examples()[type_of(kind)],)
    ]
    return json.dumps(told, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    text = document()
    if not FILE.exists() or FILE.read_text() != text:  # else what was built looks old
        FILE.write_text(text)
