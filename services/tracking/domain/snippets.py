"""Writing what goes into pages and advertisements."""

from collections.abc import Mapping
from html import escape
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

from libs.contracts.dni import TrackingTag
from libs.contracts.snippets import AskSnippet, Preset, Snippet

PRESETS: Mapping[Preset, Mapping[str, str]] = {
    Preset.GOOGLE_ADS: {
        "utm_source": "google",
        "utm_medium": "cpc",
        "utm_campaign": "{campaignid}",
        "utm_term": "{keyword}",
        "utm_content": "{creative}",
        "matchtype": "{matchtype}",
        "network": "{network}",
        "device": "{device}",
    },
    Preset.MICROSOFT_ADS: {
        "utm_source": "bing",
        "utm_medium": "cpc",
        "utm_campaign": "{CampaignId}",
        "utm_term": "{keyword}",
        "utm_content": "{AdId}",
        "matchtype": "{MatchType}",
        "device": "{Device}",
    },
    Preset.FACEBOOK: {
        "utm_source": "facebook",
        "utm_medium": "paid_social",
        "utm_campaign": "{{campaign.id}}",
        "utm_term": "{{adset.id}}",
        "utm_content": "{{ad.id}}",
        "placement": "{{placement}}",
    },
    Preset.TIKTOK: {
        "utm_source": "tiktok",
        "utm_medium": "paid_social",
        "utm_campaign": "__CAMPAIGN_ID__",
        "utm_content": "__CID__",
        "placement": "__PLACEMENT__",
    },
    Preset.LINKEDIN: {"utm_source": "linkedin", "utm_medium": "paid_social"},
    Preset.EMAIL: {"utm_source": "newsletter", "utm_medium": "email"},
    Preset.NONE: {},
}
"""By the network's own placeholders, which it fills in when somebody clicks."""

_PLACEHOLDERS = "{}"  # networks do not fill in what is percent-encoded


def campaign_url(asked: AskSnippet) -> str:
    """The landing page's address with what the advertisement says; what it had stays."""
    parts = urlsplit(asked.landing)
    had = dict(parse_qsl(parts.query, keep_blank_values=True))
    told = {**had, **PRESETS[asked.preset], **asked.parameters}
    query = "&".join(
        f"{quote(name, safe='')}={quote(text, safe=_PLACEHOLDERS)}" for name, text in told.items()
    )
    return urlunsplit((parts.scheme, parts.netloc, parts.path or "/", query, parts.fragment))


def snippet_of(tag: TrackingTag, base_url: str, url: str) -> Snippet:
    """What a tag's pages need."""
    code, base = escape(tag.code), escape(base_url)
    consent = ' data-consent="required"' if tag.needs_consent else ""
    heedless = "" if tag.heeds_do_not_track else ' data-dnt="ignore"'
    shown = escape(tag.numbers_to_replace[0]) if tag.numbers_to_replace else ""
    called = "".join(sign for sign in shown if sign in "+0123456789")
    return Snippet(
        script=f'<script async src="{base}/dni.js" data-tag="{code}"{consent}{heedless}></script>',
        html=f'<a href="tel:{called}" data-dni>{shown}</a>',
        server=f"{base_url}/dni/v1/number?tag={tag.code}",
        content_security=f"script-src {base_url}; connect-src {base_url}",
        url=url,
    )
