"""Every message that exists, found by walking this package; and who may ask whom."""

import importlib
import inspect
import pkgutil

import libs.contracts
from libs.contracts.message import Message, Question

SERVICES = ("ingress", "router", "rtb", "flows", "tracking", "console")

ASKS: dict[str, tuple[str, ...]] = {
    "ingress": ("router", "flows"),
    "router": ("rtb", "tracking", "ingress"),
    "rtb": ("ingress",),
    "flows": ("router",),
    "tracking": ("ingress",),
    "console": ("ingress", "router", "rtb", "flows", "tracking"),
}
"""Who asks whom.  A call's questions run ingress, flows, router, then rtb or tracking: no
circle.  What router, rtb, tracking and console ask of the ingress is the carrier's REST API, never
a turn."""

ASKS_BESIDE: dict[str, tuple[str, ...]] = {
    "rtb": ("ask.router.quote.v1",),
    "tracking": ("ask.router.numbers.v1",),
}
"""Single questions that go against that order.  Who answers one asks nobody for it, so that no
circle can come of it: a quote is for a call that is not there yet, and tracking copies the
router's numbers while no call waits."""


def _messages() -> dict[str, type[Message]]:
    found: dict[str, type[Message]] = {}
    for module_info in pkgutil.iter_modules(libs.contracts.__path__):
        if module_info.name == "catalogue":
            continue
        module = importlib.import_module(f"libs.contracts.{module_info.name}")
        for _, member in inspect.getmembers(module, inspect.isclass):
            if issubclass(member, Message) and "subject" in vars(member):
                found[member.subject] = member
    return dict(sorted(found.items()))


CATALOGUE = _messages()
"""Subject to class."""

QUESTIONS: dict[str, type[Question]] = {
    subject: message for subject, message in CATALOGUE.items() if issubclass(message, Question)
}


def owner_of(subject: str) -> str:
    """Say who answers a question: the second word of its subject.

    >>> owner_of("ask.router.admit.v1")
    'router'
    """
    return subject.split(".")[1]
