"""Forms are read strictly, their values patiently."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.calls import LegAnswered, LegEnded, LegRinging, RecordingStatus
from libs.contracts.ids import AccountId, CallId, call_id_of
from libs.contracts.phone import CallerKind
from services.ingress import twilio_forms as forms
from services.ingress.domain.callbacks import Leg
from services.ingress.twilio_forms import BadForm, Form, read_form

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CALL = call_id_of("AC1", "CA1")
LEG = Leg(CALL, 2, AccountId(UUID(int=7)))


def form(**fields: str) -> Form:
    return read_form(urlencode({"AccountSid": "AC1", "CallSid": "CA1"} | fields).encode())


TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


@given(st.lists(st.tuples(TEXT, TEXT), max_size=20, unique_by=lambda pair: pair[0]))
def test_every_form_is_read_as_the_standard_library_reads_it(pairs: list[tuple[str, str]]) -> None:
    body = urlencode(pairs)
    assert list(read_form(body.encode()).pairs) == parse_qsl(body, keep_blank_values=True)


def test_plus_is_a_blank_and_escapes_are_utf8() -> None:
    read = read_form(b"FromCity=S%C3%A3o+Paulo&To=%2B1800&ToZip=")
    assert dict(read.values) == {"FromCity": "São Paulo", "To": "+1800", "ToZip": ""}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"From=%ff%fe&To=1", "From"),
        (b"From=\xff", "From"),
        (b"%ff=1", "a field's name"),
        (b"From=100%", "From"),
        (b"From=%zz", "From"),
        (b'{"From":"1"}', '{"From":"1"}'),
        (b"To=1&hello world", "hello world"),
        (b"From=" + b"x" * 10_000, "From"),
        (b"From=%2B1&From=%2B2", "From"),
        (b"CallSid=CA1&To=1&CallSid=CA1", "CallSid"),
        (b"RecordingUrl=a&RecordingUrl=b", "RecordingUrl"),
        (b"RecordingChannels=1&RecordingChannels=2", "RecordingChannels"),
        (b"&".join(b"a%d=1" % n for n in range(201)), "body"),
        (b"a=" + b"1" * 65_536, "body"),
    ],
)
def test_what_is_no_form_of_the_carrier_is_refused_by_name(body: bytes, field: str) -> None:
    with pytest.raises(BadForm) as refused:
        read_form(body)
    assert refused.value.field == field
    assert refused.value.problem


def test_a_repeated_field_that_nobody_reads_is_kept_for_the_signature() -> None:
    read = read_form(b"SipHeader_X-A=1&SipHeader_X-A=2")
    assert read.pairs == (("SipHeader_X-A", "1"), ("SipHeader_X-A", "2"))


def test_control_characters_reach_no_fact_but_stay_in_what_was_signed() -> None:
    read = read_form(b"AccountSid=AC1&CallSid=CA1&To=%2B1800%005550100&FromCity=A%0D%0AB")
    fact = forms.arrival(read, None, NOW)
    assert fact.dialled == "+18005550100"
    assert fact.geography.city == "AB"
    assert ("FromCity", "A\r\nB") in read.pairs


@pytest.mark.parametrize(
    ("sent", "kind", "text"),
    [
        ("+12125550100", CallerKind.NUMBER, "+12125550100"),
        ("", CallerKind.WITHHELD, ""),
        ("anonymous", CallerKind.WITHHELD, ""),
        ("Restricted", CallerKind.WITHHELD, ""),
        ("+266696687", CallerKind.WITHHELD, ""),
        ("+7378742833", CallerKind.WITHHELD, ""),
        ("+2562533", CallerKind.WITHHELD, ""),
        ("+8566696974", CallerKind.WITHHELD, ""),
        ("client:ann", CallerKind.CLIENT, "client:ann"),
        ("sip:ann@pbx.example", CallerKind.SIP, "sip:ann@pbx.example"),
        ("<Dial>+1900</Dial>", CallerKind.WITHHELD, ""),
    ],
)
def test_any_caller_gets_through(sent: str, kind: CallerKind, text: str) -> None:
    fact = forms.arrival(form(From=sent, To="+18005550100"), None, NOW)
    assert (fact.caller.kind, fact.caller.text) == (kind, text)


def test_an_arrival_names_its_call_by_the_carriers_names() -> None:
    fact = forms.arrival(form(To="+18005550100", StirVerstat="TN-Validation-Passed-A"), None, NOW)
    assert fact.call_id == CALL
    assert fact.at == fact.seen_at == NOW
    assert fact.stir == "TN-Validation-Passed-A"


@pytest.mark.parametrize("fields", [{"CallSid": ""}, {"AccountSid": "AC 1"}, {"CallSid": "C" * 65}])
def test_a_call_without_a_name_is_no_call(fields: dict[str, str]) -> None:
    with pytest.raises(BadForm):
        forms.arrival(form(**fields), None, NOW)


def test_a_long_dialled_address_is_cut_not_refused() -> None:
    assert len(forms.arrival(form(To="+" + "1" * 300), None, NOW).dialled) == 254


@pytest.mark.parametrize(
    ("fields", "status", "bridged", "gone", "connected"),
    [
        ({"DialCallStatus": "completed", "DialBridged": "true"}, "completed", True, False, True),
        ({"DialCallStatus": "completed", "DialBridged": "false"}, "completed", False, False, False),
        ({"DialCallStatus": "completed"}, "completed", None, False, True),
        ({"DialCallStatus": "answered"}, "answered", None, False, True),
        ({"DialCallStatus": "busy"}, "busy", None, False, False),
        ({"DialCallStatus": "no-answer"}, "no-answer", None, False, False),
        ({"DialCallStatus": "canceled", "CallStatus": "completed"}, "canceled", None, True, False),
        ({"DialCallStatus": "busy", "CallStatus": "in-progress"}, "busy", None, False, False),
        ({"DialCallStatus": "what?"}, "failed", None, False, False),
        ({}, "failed", None, False, False),
    ],
)
def test_a_dial_action_says_how_the_leg_ended_and_whether_the_caller_is_gone(
    fields: dict[str, str], status: str, bridged: bool | None, gone: bool, connected: bool
) -> None:
    ended = forms.dial_end(form(**fields), LEG, NOW)
    assert (ended.status, ended.bridged, ended.caller_gone) == (status, bridged, gone)
    assert ended.connected is connected
    assert ended.sequence == 100
    assert (ended.call_id, ended.step, ended.account_id) == (CALL, 2, LEG.account_id)


def test_a_dial_action_of_sip_keeps_the_code_and_forgives_an_odd_name() -> None:
    ended = forms.dial_end(form(DialSipResponseCode="486", DialCallSid="no sid!"), LEG, NOW)
    assert (ended.sip_code, ended.leg_sid) == (486, None)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("queued", None),
        ("initiated", None),
        ("ringing", LegRinging),
        ("in-progress", LegAnswered),
        ("answered", LegAnswered),
        ("completed", LegEnded),
        ("busy", LegEnded),
        ("failed", LegEnded),
        ("no-answer", LegEnded),
        ("canceled", LegEnded),
        ("unheard-of", None),
        ("", None),
    ],
)
def test_a_legs_status_is_one_fact_or_none(status: str, kind: type[Any] | None) -> None:
    fact = forms.leg_fact(form(CallStatus=status, SequenceNumber="3"), LEG, NOW)
    assert (None if fact is None else type(fact)) == kind
    assert fact is None or fact.sequence == 3


def test_a_legs_own_end_and_its_dial_action_are_two_facts() -> None:
    own = forms.leg_fact(form(CallStatus="completed", SequenceNumber="3"), LEG, NOW)
    action = forms.dial_end(form(DialCallStatus="completed"), LEG, NOW)
    assert own is not None
    assert own.key != action.key


def test_call_duration_is_seconds_and_duration_is_never_read() -> None:
    fields = {"CallStatus": "completed", "CallDuration": "49", "Duration": "1"}
    ended = forms.call_end(form(**fields), NOW)
    leg = forms.leg_fact(form(**fields), LEG, NOW)
    assert ended is not None
    assert ended.seconds == 49
    assert isinstance(leg, LegEnded)
    assert leg.seconds == 49
    assert forms.call_end(form(CallStatus="completed", Duration="1"), NOW).seconds is None  # type: ignore[union-attr]


@pytest.mark.parametrize("odd", ["", "-1", "1.5", "٣", "9" * 30, "x"])
def test_a_number_that_is_none_is_unknown(odd: str) -> None:
    ended = forms.call_end(form(CallStatus="completed", CallDuration=odd), NOW)
    assert ended is not None
    assert ended.seconds is None


@pytest.mark.parametrize("status", ["ringing", "in-progress", "what?"])
def test_a_call_ends_only_once_it_is_over(status: str) -> None:
    assert forms.call_end(form(CallStatus=status), NOW) is None


@pytest.mark.parametrize(
    ("stamp", "at"),
    [
        ("Sun, 25 Mar 2018 09:53:19 +0000", datetime(2018, 3, 25, 9, 53, 19, tzinfo=UTC)),
        ("Sun, 25 Mar 2018 09:53:19 -0700", datetime(2018, 3, 25, 16, 53, 19, tzinfo=UTC)),
        ("yesterday", NOW),
        ("Sun, 99 Mar 2018 09:53:19 +0000", NOW),
        ("Sun, 25 Mar 2018 09:53:19", NOW),
        ("Fri, 31 Dec 9999 23:59:59 -0100", NOW),
        ("Sun, 25 Mar 2018 09:53:19 +99999999999999", NOW),
        ("", NOW),
    ],
)
def test_the_carriers_own_time_counts_where_it_can_be_read(stamp: str, at: datetime) -> None:
    ended = forms.call_end(form(CallStatus="completed", Timestamp=stamp), NOW)
    assert ended is not None
    assert (ended.at, ended.seen_at) == (at, NOW)


DATES = st.from_regex(
    r"(Mon, )?[0-9]{1,3} (Jan|Feb|Dec) [0-9]{1,5} [0-9]{2}:[0-9]{2}:[0-9]{2} ?[+-]?[0-9]{0,20}",
    fullmatch=True,
)


@given(DATES | TEXT)
def test_no_time_breaks_a_webhook(stamp: str) -> None:
    ended = forms.call_end(form(CallStatus="completed", Timestamp=stamp), NOW)
    assert ended is not None
    assert ended.at.utcoffset() == timedelta(0)


def test_a_recording_is_ready_absent_or_failed() -> None:
    ready = forms.recording(
        form(
            RecordingSid="RE1",
            RecordingStatus="completed",
            RecordingUrl="https://api.twilio.com/r",
            RecordingDuration="40",
            RecordingChannels="2",
        ),
        LEG,
        NOW,
    )
    absent = forms.recording(form(RecordingSid="RE1", RecordingStatus="absent"), LEG, NOW)
    assert ready is not None
    assert (ready.status, ready.seconds, ready.channels) == (RecordingStatus.COMPLETED, 40, 2)
    assert absent is not None
    assert (absent.status, absent.url) == (RecordingStatus.ABSENT, None)
    another = forms.recording(form(RecordingSid="RE2", RecordingStatus="completed"), LEG, NOW)
    assert another is not None
    assert len({ready.key, absent.key, another.key}) == 3
    assert forms.recording(form(RecordingSid="RE1", RecordingStatus="melted"), LEG, NOW) is None


@pytest.mark.parametrize(
    ("fields", "belongs"),
    [
        ({}, True),
        ({"CallSid": "CA9", "ParentCallSid": "CA1"}, True),
        ({"CallSid": "CA9"}, False),
        ({"AccountSid": "AC2"}, False),
        ({"AccountSid": "AC2", "CallSid": "CA9", "ParentCallSid": "CA1"}, False),
    ],
)
def test_an_account_speaks_only_of_its_own_calls(fields: dict[str, str], belongs: bool) -> None:
    assert forms.is_of_call(form(**fields), CallId(CALL)) is belongs
