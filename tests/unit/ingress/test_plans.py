"""Plans on disk: whatever lies there, the ingress starts."""

import json
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from libs.contracts.fallback import FallbackPlan
from libs.contracts.ids import AccountId
from libs.contracts.phone import PhoneDestination
from libs.runtime.ask import Ask
from libs.runtime.broker import Broker
from libs.runtime.seal import Seal
from services.ingress.plans import Plans

NUMBER = "+18005550100"
PLAN = FallbackPlan(
    account_id=AccountId(UUID(int=5)),
    number=NUMBER,
    destinations=(PhoneDestination(number="+13105550009"),),
    closing_message="Goodbye.",
)
SEAL = Seal("a secret of the tests", "carrier tokens")
CARRIER = {"account_sid": "AC1", "token_sealed": SEAL.close("hush"), "token_next_sealed": None}
WHOLE = {"plans": [PLAN.model_dump(mode="json")], "carriers": [CARRIER]}


def plans_on(path: Path) -> Plans:
    broker = Broker("nats://127.0.0.1:1", "ingress")  # never opened
    return Plans(path, Ask(broker), broker, SEAL)


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "plans.json"


def test_what_was_kept_is_known(kept: Path) -> None:
    kept.write_text(json.dumps(WHOLE))
    plans = plans_on(kept)
    assert plans.of(NUMBER) == PLAN
    assert plans.tokens("AC1") == ("hush",)
    assert plans.stale


SHAPES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inside: (
        st.lists(inside, max_size=3)
        | st.dictionaries(st.sampled_from(["plans", "carriers", "number"]), inside, max_size=3)
    ),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(SHAPES.map(json.dumps).map(str.encode) | st.binary(max_size=20))
def test_a_file_of_any_other_shape_is_as_good_as_none(kept: Path, found: bytes) -> None:
    kept.write_bytes(found)
    assert plans_on(kept).of(NUMBER) is None


@pytest.mark.parametrize("carriers", [None, 7, [7], [{"account_sid": "AC1"}]])
def test_half_a_file_is_not_half_believed(kept: Path, carriers: object) -> None:
    kept.write_text(json.dumps(WHOLE | {"carriers": carriers}))
    plans = plans_on(kept)
    assert (plans.of(NUMBER), plans.tokens("AC1")) == (None, ())


def test_a_folder_in_its_place_is_as_good_as_none(kept: Path) -> None:
    kept.mkdir()
    assert plans_on(kept).of(NUMBER) is None
