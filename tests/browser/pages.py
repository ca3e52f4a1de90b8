"""Every page of the console and who looks at it, by the things that `furnished` makes."""

import re
from dataclasses import dataclass
from pathlib import Path

from deploy.local.folders import ROOT

ROUTES = ROOT / "services" / "console" / "web" / "src" / "routes"

OWNERS = (
    *("/agents", "/agents?open={agent}", "/agents/{agent}"),
    *("/", "/live", "/calls", "/calls?open={call}", "/calls/{call}", "/calls/{sold_call}"),
    *("/campaigns?as=table", "/campaigns?as=cards", "/campaigns/new", "/campaigns/{campaign}"),
    "/campaigns/{sold_campaign}",
    *("/flows", "/flows/new", "/flows/{flow}", "/flows/{flow}?step=hours"),
    *("/flows/{flow}?view=outline", "/flows/{flow}?drawer=simulator"),
    *("/flows/{flow}?drawer=tests", "/flows/{flow}?drawer=problems"),
    *("/buyers", "/buyers?view=targets", "/buyers?view=groups"),
    *("/buyers/new", "/buyers/{buyer}", "/targets/new", "/targets/{target}"),
    *("/groups/new", "/groups/{group}"),
    *("/numbers", "/numbers?view=pools", "/numbers?view=purchases", "/numbers?open={number}"),
    *("/numbers/add?way=buy", "/numbers/add?way=carrier", "/numbers/add?way=list"),
    *("/pools/new", "/pools/{pool}"),
    *("/rtb", "/rtb?view=rtb-routers", "/rtb-targets/new", "/rtb-targets/{bidder}"),
    *(
        f"/rtb-targets/{{bidder}}?tab={tab}"
        for tab in ("endpoint", "request", "response", "limits", "leg", "test")
    ),
    *("/rtb-routers/new", "/rtb-routers/{ring}"),
    *("/auctions", "/auctions?view=bidders", "/auctions/{auction}"),
    *(
        "/tracking",
        "/tracking?view=parameters",
        "/url-parameters/new",
        "/url-parameters/{parameter}",
    ),
    *("/tracking?view=visits", "/tracking?view=conversions", "/tracking?view=pixels"),
    *("/tracking?view=deliveries", "/tracking?view=postbacks", "/tracking?view=publishers"),
    *("/tracking?view=statements", "/tracking?view=statements&party={publisher}"),
    *("/tracking?view=disputes", "/visits/{visit}", "/pixels/new", "/pixels/{pixel}"),
    *("/publishers/new", "/publishers/{publisher}"),
    *("/reports", "/reports?about=visits", "/settings"),
    *(
        f"/settings/{part}"
        for part in (
            *("organisation", "people", "keys", "calls", "recordings", "erasures", "carrier"),
            *("configuration", "audit", "sign-in", "appearance", "system"),
        )
    ),
    *("/help", "/help?view=everybody", "/nowhere"),
)
OWN = ("/portal/help", "/portal/sign-in")
OTHERS = {
    "nobody": ("/", "/link#{invitation}"),
    "newcomer": ("/", "/calls", "/campaigns", "/flows", "/buyers", "/rtb", "/auctions"),
    "agent": ("/desk",),
    "buyer": ("/portal", "/portal/targets", "/portal/report", "/portal/statement", *OWN),
    "publisher": ("/portal", "/portal/sources", "/portal/report", "/portal/statement"),
}


@dataclass(frozen=True)
class Screen:
    """A page as somebody sees it."""

    who: str
    path: str

    @property
    def address(self) -> str:
        """Where it stands; the page of links that are used once is not of the application."""
        return self.path if self.path.startswith("/link") else f"/console{self.path}"

    @property
    def name(self) -> str:
        """What its pictures are called."""
        words = re.sub(r"\W+", "-", self.path.replace("as=", "").replace("view=", "")).strip("-")
        return "-".join(filter(None, ("" if self.who == "owner" else self.who, words or "home")))


SCREENS = (
    *(Screen("owner", path) for path in OWNERS),
    *(Screen(who, path) for who, paths in OTHERS.items() for path in paths),
)


def routes(folder: Path = ROUTES) -> set[str]:
    """The application's own paths, with `*` for each thing that one names."""
    texts = [file.read_text() for file in sorted(folder.glob("*.ts"))]
    found = re.findall(r'\bpath: "(/[^"]*)"', "\n".join(texts))
    return {re.sub(r"\$\w+", "*", path) for path in found}


def unseen() -> set[str]:
    """Paths of the application of which there is no screen."""
    seen = {re.sub(r"\{\w+\}", "*", one.path.partition("?")[0]) for one in SCREENS}
    seen |= {re.sub(r"^/settings/.+", "/settings/*", path) for path in seen}
    return routes() - seen
