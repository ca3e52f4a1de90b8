"""Run: python -m tests.bench [--quick] [--rounds N] [--only floor,naive,...]."""

import argparse
import logging
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from tests.bench.extras import COMPARISONS, compare, overrun, router_down
from tests.bench.gates import Void
from tests.bench.goals import GOALS
from tests.bench.machine import commit, described, today
from tests.bench.product import BUDGET_MS, product_running, variant_running
from tests.bench.ratios import Spread, spread
from tests.bench.report import Headline, exactly, figures_table, goals_table, where, write
from tests.bench.results import Round, ratios_of
from tests.bench.rounds import FULL, QUICK, Plan, TooNoisy, Tournament
from tests.bench.scene import Scene
from tests.bench.stage import ROOT, NotReady, Stage, open_stage
from tests.bench.yardstick import YARDSTICKS, Contestant

CONTESTANTS: Mapping[str, Contestant] = {**YARDSTICKS, "product": product_running}
OUT = ROOT / "docs" / "benchmarks"


def main() -> int:
    """Measure, print, and write where the run is whole and valid."""
    logging.basicConfig(level=logging.ERROR)  # that connections close in the end is no news
    options = read_options()
    plan = QUICK if options.quick else FULL
    if options.rounds:
        plan = replace(plan, rounds=options.rounds)
    chosen = {name: CONTESTANTS[name] for name in options.only or CONTESTANTS}
    whole = not options.quick and chosen.keys() == CONTESTANTS.keys()
    try:
        with open_stage() as stage:
            rounds = Tournament(stage, chosen, Scene(), plan, print).run()
            reached = ratios_of(rounds)
            if "product" in chosen:
                reached |= counted(stage, rounds)
            if whole:
                reached |= compared(stage, plan)
    except Void as void:
        print("The run is invalid, nothing is written:", *void.faults, sep="\n  ")
        return 1
    except (TooNoisy, NotReady) as fault:
        print(f"Nothing is written: {fault}")
        return 1
    conclude(rounds, reached, options.out if whole else None)
    return 0


def counted(stage: Stage, rounds: Sequence[Round]) -> dict[str, Spread]:
    """What must be zero, added up over the product's part of the run."""
    evidence = [round_.measured["product"].evidence for round_ in rounds]
    above, lost = overrun(stage, variant_running, print)
    return {
        "call.overrun": exactly(above),
        "call.lost": exactly(lost + sum(of.lost for of in evidence)),
        "call.non_2xx": exactly(sum(tally.non_2xx for of in evidence for tally in of.tallies)),
    }


def compared(stage: Stage, plan: Plan) -> dict[str, Spread]:
    """The product beside itself."""
    found = {
        comparison.key: compare(stage, variant_running, comparison, plan, print)
        for comparison in COMPARISONS
    }
    silent = router_down(stage, variant_running, BUDGET_MS, print)
    return {**found, "call.fallback.router_down.p99_ms": exactly(silent)}


def conclude(rounds: Sequence[Round], reached: Mapping[str, Spread], out: Path | None) -> None:
    """Print the table; write the files if the run was a whole one."""
    headline = Headline(
        machine=described(),
        date=today(),
        commit=commit(ROOT),
        rounds=len(rounds),
        load_average=spread([round_.strain.load_average for round_ in rounds]),
        steal_percent=spread([round_.strain.steal_percent for round_ in rounds]),
    )
    print("", *where(headline), "", *goals_table(reached), "", *figures_table(rounds), sep="\n")
    if out is None:
        print("A partial or quick run is a look, no result: nothing is written.")
        return
    from tests.bench.plot import draw  # matplotlib is not needed for a look

    write(out, headline, reached, rounds)
    draw(out / "latest.svg", reached, rounds)
    missed = [goal.key for goal in GOALS if not goal.reached_by(reached[goal.key].median)]
    print(f"Written to {out}.", f"Missed: {', '.join(missed)}" if missed else "All goals reached.")


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round: a minute's look")
    parser.add_argument("--rounds", type=int, help="how many undisturbed rounds are wanted")
    parser.add_argument(
        "--only",
        type=names_of,
        help=f"measure some of {', '.join(CONTESTANTS)}; prints, writes nothing",
    )
    parser.add_argument("--out", type=Path, default=OUT, help="where the results go")
    return parser.parse_args()


def names_of(text: str) -> list[str]:
    """Read a list of contestants."""
    names = text.split(",")
    unknown = [name for name in names if name not in CONTESTANTS]
    if unknown:
        raise argparse.ArgumentTypeError(f"nobody is called {', '.join(unknown)}")
    return names


if __name__ == "__main__":
    sys.exit(main())
