"""The script of a call is read, or refused with the field's name and what is allowed."""

import pytest

from deploy.local.carrier import Callee, Fault, Outcome, Script, ScriptMistake, parse_script


def test_a_whole_script() -> None:
    script = parse_script(
        "+15550100001=busy; +15550100002=answer:2,talk:30,callee-hangs-up,press:1 ;"
        "sip:ann@pbx.example.com=failed:0.5,sip:503;client:bob=reject;*=no-answer;"
        "digits=1,-,22#;speech=sales,;message=0;hangup-after=40;abandoned=canceled;action-lost;"
        "faults=duplicate:completed,delay:answered:5"
    )

    assert script == Script(
        callees={
            "+15550100001": Callee(outcome=Outcome.BUSY),
            "+15550100002": Callee(after=2, talk=30, hangs_up=True, press="1"),
            "sip:ann@pbx.example.com": Callee(outcome=Outcome.FAILED, after=0.5, sip_code="503"),
            "client:bob": Callee(declines=True),
        },
        otherwise=Callee(outcome=Outcome.NO_ANSWER),
        digits=("1", "", "22#"),
        speech=("sales", ""),
        message=0,
        hangup_after=40,
        abandoned="canceled",
        action_lost=True,
        faults=(Fault("duplicate", "completed"), Fault("delay", "answered", 5)),
    )


def test_nothing_is_a_script_too() -> None:
    assert parse_script(" ; ") == Script()


def test_parameters_of_a_sip_address_do_not_count() -> None:
    script = parse_script("sip:ann@pbx.example.com=busy")

    assert script.callee("sip:ann@pbx.example.com;transport=tls").outcome is Outcome.BUSY


@pytest.mark.parametrize(
    ("text", "field", "allowed"),
    [
        ("colour=red", "colour", "hangup-after"),
        ("+15550100001=buzy", "+15550100001", "no-answer"),
        ("+15550100001", "+15550100001", "busy"),
        ("+15550100001=talk", "+15550100001", "seconds"),
        ("+15550100001=answer:soon", "+15550100001", "seconds"),
        ("+15550100001=answer:nan", "+15550100001", "seconds"),
        ("+15550100001=sip:99", "+15550100001", "sip:code"),
        ("+15550100001=press:x", "+15550100001", "keys"),
        ("hangup-after=-1", "hangup-after", "seconds"),
        ("hangup-after", "hangup-after", "hangup-after="),
        ("digits=12a", "digits", "0-9"),
        ("abandoned=busy", "abandoned", "canceled"),
        ("action-lost=yes", "action-lost", "alone"),
        ("faults=explode:voice", "faults", "duplicate"),
        ("faults=delay:answered", "faults", "delay:event:s"),
        ("faults=drop:answered:3", "faults", "drop:event"),
        ("faults=drop:nothing", "faults", "completed"),
        ("faults=drop:voice", "faults", "drop of"),
    ],
)
def test_a_mistake_names_the_field_and_what_is_allowed(text: str, field: str, allowed: str) -> None:
    with pytest.raises(ScriptMistake) as mistake:
        parse_script(text)

    assert field in str(mistake.value)
    assert allowed in str(mistake.value)
