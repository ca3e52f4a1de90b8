"""What is written for pages and advertisements, and what is read of addresses."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.dni import TrackingTag
from libs.contracts.snippets import AskSnippet, Preset
from services.tracking.domain.arrival import PAIRS_MAX, Said, arrival_of, bare
from services.tracking.domain.showing import searched
from services.tracking.domain.sites import household, is_robot, works_on
from services.tracking.domain.snippets import campaign_url, snippet_of


def a_tag(**more: object) -> TrackingTag:
    given = {"id": uuid4(), "name": "site", "code": "site-code-1", "campaign_id": uuid4()}
    return TrackingTag.model_validate({**given, "pool_id": uuid4(), **more})


def test_an_advertisements_address_keeps_what_it_had_and_the_networks_placeholders() -> None:
    asked = AskSnippet(
        account_id=uuid4(),
        tracking_tag_id=uuid4(),
        landing="https://example.com/roofs?a=1&utm_medium=mine#top",
        preset=Preset.GOOGLE_ADS,
        parameters={"promo": "50 % off", "utm_content": "own"},
    )
    assert campaign_url(asked) == (
        "https://example.com/roofs?a=1&utm_medium=cpc&utm_source=google&utm_campaign={campaignid}"
        "&utm_term={keyword}&utm_content=own&matchtype={matchtype}&network={network}"
        "&device={device}&promo=50%20%25%20off#top"
    )


def test_a_snippet_says_what_the_tag_asks_for() -> None:
    plain = snippet_of(a_tag(numbers_to_replace=["800-555-0199"]), "https://t.example.com", "")
    assert plain.script == (
        '<script async src="https://t.example.com/dni.js" data-tag="site-code-1"></script>'
    )
    assert plain.html == '<a href="tel:8005550199" data-dni>800-555-0199</a>'
    strict = a_tag(needs_consent=True, heeds_do_not_track=False)
    script = snippet_of(strict, "https://t.example.com", "").script
    assert 'data-consent="required" data-dnt="ignore"' in script


@pytest.mark.parametrize(
    ("domains", "address", "works"),
    [
        ((), "https://anything.example", True),
        (("example.com",), "https://EXAMPLE.com:8443/x", True),
        (("example.com",), "https://www.example.com", False),
        (("*.example.com",), "https://www.example.com", True),
        (("*.example.com",), "https://example.com", False),
        (("*.example.com",), "https://notexample.com", False),
        (("example.com",), "null", False),
        (("example.com",), "http://[", False),
    ],
)
def test_a_tag_works_on_its_sites(domains: tuple[str, ...], address: str, works: bool) -> None:
    assert works_on(a_tag(domains=domains), address) is works


@pytest.mark.parametrize("domain", ["https://example.com", "exa mple.com", "*", "a..b", "x" * 254])
def test_a_domain_is_a_host(domain: str) -> None:
    with pytest.raises(ValueError, match=r"domains\.0"):
        a_tag(domains=[domain])


@given(page=st.text(), parameters=st.dictionaries(st.text(), st.text()))
def test_whatever_a_page_says_is_kept_bare(page: str, parameters: dict[str, str]) -> None:
    said = Said("visitor-1", page=page, referrer=page, parameters=parameters)
    arrival = arrival_of(said, a_tag(), ())
    assert "?" not in arrival.page
    assert "\0" not in "".join((*arrival.tags, *arrival.tags.values(), arrival.page))


def test_a_thousand_parameters_are_no_tags() -> None:
    query = "&".join(f"p{at}=x" for at in range(PAIRS_MAX * 5))
    said = Said("visitor-1", page=f"https://example.com/?{query}")
    assert arrival_of(said, a_tag(), ()).tags == {}


def test_small_rules() -> None:
    assert bare("https://user:secret@example.com/a?b") == "https://example.com/a"
    assert (household("::ffff:192.0.2.7"), household("nonsense")) == ("192.0.2.7", "")
    assert is_robot("")
    assert searched(["+44 20 7946 0000"]) == ["442079460000", "02079460000"]
