"""One of everything that tracking keeps, made by the API."""

from collections.abc import Awaitable, Callable
from typing import Any

Post = Callable[[str, Any], Awaitable[Any]]


async def what_tracking_keeps(
    post: Post, mark: str, campaign_id: str, pool_id: str
) -> dict[str, Any]:
    """One of each kind."""
    return {
        "publishers": await post("publishers", {"name": f"{mark} publisher"}),
        "tracking-tags": await post(
            "tracking-tags",
            {"name": f"{mark} site", "campaign_id": campaign_id, "pool_id": pool_id},
        ),
        "url-parameters": await post(
            "url-parameters", {"name": f"{mark} parameter", "parameter": "promo", "tag": "promo"}
        ),
        "saved-reports": await post(
            "saved-reports",
            {
                "name": f"{mark} report",
                "report": {"group_by": ["campaign"]},
                "delivery": {
                    "hour": 9,
                    "url": "https://partner.example.com/r",
                    "auth": {"kind": "bearer", "token": "token of ours"},
                },
            },
        ),
        "postback-keys": await post("postback-keys", {"name": f"{mark} postbacks"}),
        "pixels": await post(
            "pixels",
            {
                "name": f"{mark} pixel",
                "fire_on": ["completed"],
                "url": "https://partner.example.com/p",
                "campaign_ids": [campaign_id],
                "auth": {"kind": "bearer", "token": "token of ours"},
            },
        ),
    }
