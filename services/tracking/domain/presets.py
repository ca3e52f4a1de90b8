"""Pixels made ready for well-known systems."""

from libs.contracts.pixels import FirePoint, Preset


def presets_for(host: str) -> tuple[Preset, ...]:
    """All presets, for the account's own host at the system.

    >>> presets_for("track.example.com")[0].document["url"][:35]
    'https://track.example.com/postback?'
    """
    return (
        Preset(
            name="redtrack",
            about="RedTrack: a conversion for the click that led to the call",
            document={
                "name": "RedTrack conversion",
                "fire_on": [FirePoint.CONVERTED.value],
                "method": "GET",
                "url": f"https://{host}/postback?clickid={{clickid}}&sum={{sum}}&type={{type}}",
                "filter": {
                    "match": "all",
                    "tests": [{"tag": "clickid", "operator": "exists"}],
                },
            },
        ),
    )
