"""Whatever stands in a carrier's summary, only what can be a measurement is taken for one."""

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.quality import Measured
from services.ingress.carrier.summaries import measured

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=80),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["avg", "max", "mos"]), inner, max_size=3)
    ),
    max_leaves=8,
)
RECEIVED = st.dictionaries(
    st.sampled_from(["mos", "jitter", "packets_loss_percentage"]), VALUES, max_size=3
)
EDGES = st.fixed_dictionaries({"metrics": st.fixed_dictionaries({"inbound": RECEIVED})}) | VALUES


def summary(tags: Any = None, **edges: Any) -> SimpleNamespace:
    names = ("sdk_edge", "client_edge", "sip_edge", "carrier_edge")
    return SimpleNamespace(tags=tags, **(dict.fromkeys(names) | edges))


@given(carrier=EDGES, sip=EDGES, tags=VALUES | st.lists(st.text(max_size=80), max_size=30))
def test_any_summary_is_read_and_what_is_read_travels(carrier: Any, sip: Any, tags: Any) -> None:
    told = measured(summary(tags, carrier_edge=carrier, sip_edge=sip))
    assert Measured.model_validate_json(told.model_dump_json()) == told


@pytest.mark.parametrize("nothing", [True, "4.2", 10**400, float("nan"), -1, {"max": 3}, []])
def test_what_is_no_number_in_its_bounds_is_unknown(nothing: Any) -> None:
    inbound = dict.fromkeys(("mos", "jitter", "packets_loss_percentage"), nothing)
    told = measured(summary(carrier_edge={"metrics": {"inbound": inbound}}))
    assert told == Measured()


def test_the_edge_nearest_to_the_caller_is_believed() -> None:
    far = {"metrics": {"inbound": {"jitter": {"avg": 9}, "packets_loss_percentage": 2}}}
    near = {"metrics": {"inbound": {"jitter": {"avg": 3.25}, "mos": {"avg": 4.1}}}}
    told = measured(summary(["silence", "silence"], carrier_edge=far, sdk_edge=near))
    assert told == Measured(mos=4.1, jitter_ms=3.25, packet_loss_percent=2, tags=("silence",))
