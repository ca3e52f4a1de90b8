"""Counters begin anew with their periods and never go back; a hold outlasts its leg."""

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.caps import Caps, Counted, Limit, Period
from libs.rules.periods import began
from services.router.domain.counters import (
    EXPIRY_MARGIN,
    Periods,
    hold_lasts,
    plain,
    usage_of,
)
from tests.unit.router.plans import NOW, a_counter

ZONES = ("UTC", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe")
LOOKS = st.lists(st.timedeltas(timedelta(days=-40), timedelta(days=40)), max_size=12)


@given(LOOKS, st.sampled_from(ZONES))
def test_no_look_takes_a_period_back(looks: list[timedelta], zone: str) -> None:
    counter = a_counter(live=2, today=3, zone=zone)
    for look in looks:
        periods = Periods.of(NOW + look, zone)
        following = counter.on(periods)
        for name in ("hour", "day", "week", "month"):
            before, at = getattr(counter, f"{name}_at"), getattr(periods, f"{name}_at")
            assert getattr(following, f"{name}_at") == max(before, at)
            kept = getattr(counter, f"{name}_count") if at <= before else 0
            assert getattr(following, f"{name}_count") == kept
        assert (following.live, following.total_count) == (counter.live, counter.total_count)
        counter = following


@given(LOOKS, st.sampled_from(ZONES))
def test_every_attempt_counts_in_every_period_that_is_on(looks: list[timedelta], zone: str) -> None:
    counter = a_counter(zone=zone)
    counted: dict[datetime, int] = {}
    for look in looks:
        counter = counter.on(Periods.of(NOW + look, zone)).with_attempt(quoted=False)
        counted[counter.day_at] = counted.get(counter.day_at, 0) + 1
        assert counter.counted(Period.DAY) == counted[counter.day_at]
        assert counter.counted(Period.HOUR) <= counter.counted(Period.DAY)
        assert counter.counted(Period.DAY) <= counter.counted(Period.TOTAL)
    assert counter.live == counter.total_count == len(looks)


@given(
    st.timedeltas(timedelta(days=-2_000), timedelta(days=5_000)),
    st.sampled_from(["Asia/Kathmandu", "Australia/Lord_Howe", "America/New_York", "UTC"]),
)
def test_periods_begin_where_the_rules_say(since: timedelta, zone: str) -> None:
    """They are kept by quarters of an hour: no period may begin within one."""
    now = NOW + since
    found = Periods.of(now, zone)
    assert found.hour_at == began(Period.HOUR, now, zone)
    assert found.day_at == began(Period.DAY, now, zone)
    assert found.week_at == began(Period.WEEK, now, zone)
    assert found.month_at == began(Period.MONTH, now, zone)


def test_usage_tells_what_is_certain_and_what_is_possible() -> None:
    scope = UUID(int=9)
    limit = Limit(period=Period.WEEK, counts=Counted.REVENUE, most=9)
    counters = {
        (scope, Counted.ATTEMPT): a_counter(live=2, today=3),
        (scope, Counted.REVENUE): a_counter(today=4, possible=1),
    }
    usage = usage_of(scope, Caps(limits=(limit,)), counters, {Counted.REVENUE: Decimal(7)})
    assert usage.live == 2
    assert usage.counted[Counted.REVENUE, Period.WEEK] == 4
    assert (usage.possible[Counted.REVENUE], usage.adds[Counted.REVENUE]) == (1, 7)
    assert str(plain(Decimal("3.0000"))) == "3"
    assert str(plain(Decimal("3.2500"))) == "3.2500"


def test_a_hold_outlasts_ringing_and_talking() -> None:
    assert hold_lasts(25, 7_200) == timedelta(seconds=7_225) + EXPIRY_MARGIN
