"""Old auctions, bids, pings and signatures are forgotten; what is new stays."""

from datetime import timedelta

from deploy.local.bidders import bids
from services.rtb.desk.forgetting import ForgettingDesk
from services.rtb.store.forgetting import Forgetting
from services.rtb.store.notices import Notices
from services.rtb.store.pings import Pings
from tests.service.rtb.stage import Stage


async def test_only_what_is_old_is_forgotten(stage: Stage) -> None:
    router = await stage.router(stage.target("/one", bids(5)))
    await stage.sell(router, "CA1")
    await stage.sell(router, "CA2")
    await stage.until(lambda: len(stage.rows("select 1 from rtb.bid")) == 2)
    oldest = "(select id from rtb.auction order by at limit 1)"
    stage.change(f"update rtb.bid set at = now() - interval '8 days' where auction_id = {oldest}")
    stage.change(f"update rtb.auction set at = now() - interval '8 days' where id = {oldest}")
    stage.change(
        "update rtb.outcome set at = now() - interval '3 days' where ctid ="
        " (select ctid from rtb.outcome limit 1)"
    )
    database = stage.database
    desk = ForgettingDesk(
        Forgetting(database), Pings(database), Notices(database), timedelta(days=7)
    )

    await desk.forget()

    for table, left in (("auction", 1), ("bid", 1), ("outcome", 1), ("sale", 2)):
        assert len(stage.rows(f"select 1 from rtb.{table}")) == left, table
