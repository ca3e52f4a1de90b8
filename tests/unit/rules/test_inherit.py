"""The most specific level that sets a field decides it, and is named."""

from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.message import Value
from libs.contracts.screening import DuplicateRule, DuplicateScope
from libs.rules.inherit import Level, resolve


class Settings(Value):
    ring_seconds: int | None = None
    recording: bool | None = None
    duplicates: DuplicateRule | None = None
    greeting: str | None = None


DEFAULTS = Settings(ring_seconds=25, recording=True)
FIELDS = st.builds(
    Settings,
    ring_seconds=st.none() | st.integers(5, 60),
    recording=st.none() | st.booleans(),
    greeting=st.none() | st.text(max_size=2),
)


def test_a_target_overrides_its_buyer_whole() -> None:
    buyer = DuplicateRule(scope=DuplicateScope.BUYER, days=30)
    target = DuplicateRule(scope=DuplicateScope.TARGET)
    found = resolve(
        DEFAULTS,
        {
            Level.TARGET: Settings(duplicates=target),
            Level.BUYER: Settings(duplicates=buyer, recording=False),
        },
    )
    assert found.settings == Settings(ring_seconds=25, recording=False, duplicates=target)
    assert found.provenance == {
        "ring_seconds": Level.DEFAULT,
        "recording": Level.BUYER,
        "duplicates": Level.TARGET,
        "greeting": Level.DEFAULT,
    }


@given(st.dictionaries(st.sampled_from(list(Level)[1:]), st.none() | FIELDS))
def test_each_field_is_that_of_the_level_named(levels: dict[Level, Settings | None]) -> None:
    found = resolve(DEFAULTS, levels)
    given_by = {Level.DEFAULT: DEFAULTS, **levels}
    specific_first = list(Level)[::-1]
    for name, level in found.provenance.items():
        setters = [at for at in specific_first if getattr(given_by.get(at), name, None) is not None]
        assert level is (setters[0] if setters else Level.DEFAULT)
        assert getattr(found.settings, name) == getattr(given_by[level], name)


def test_false_and_empty_are_set() -> None:
    found = resolve(DEFAULTS, {Level.CAMPAIGN: Settings(recording=False, greeting="")})
    assert found.settings.recording is False
    assert found.provenance["greeting"] is Level.CAMPAIGN
