"""What is configured before calls come: the same for the product and for the yardsticks."""

from dataclasses import dataclass

ACCOUNT_SID = "AC" + "b" * 32
AUTH_TOKEN = "0123456789abcdef0123456789abcdef"  # the carrier's credentials in this benchmark
NUMBERS = 1_000
CAMPAIGNS = 50
TARGETS_EACH = 4
CONCURRENCY_CAP = 32  # above what one target of 200 gets from 32 callers: nobody is turned away
DAILY_CAP = 1_000_000  # counted on every call, reached by none
CONTESTED_CAP = 5  # far below the callers that rush for it


@dataclass(frozen=True)
class Target:
    """Where calls go; `id` counts from 0 over the scene."""

    id: int
    campaign_id: int
    number: str
    weight: int
    concurrency_cap: int
    daily_cap: int = DAILY_CAP


@dataclass(frozen=True)
class Scene:
    """Campaigns with their targets, and numbers that lead to them in turn.

    The last campaign stands apart: its only number, `contested`, leads to one target with a
    small cap, and ordinary calls never go there.
    """

    campaigns: int = CAMPAIGNS
    numbers_count: int = NUMBERS

    @property
    def contested(self) -> str:
        """The number that everybody may call at once."""
        return number_of(self.numbers_count)

    @property
    def ordinary(self) -> tuple[str, ...]:
        """The numbers that are called under load."""
        return tuple(number_of(index) for index in range(self.numbers_count))

    @property
    def numbers(self) -> tuple[tuple[str, int], ...]:
        """Every number with the campaign it belongs to."""
        ordinary = [(number, index % self.campaigns) for index, number in enumerate(self.ordinary)]
        return (*ordinary, (self.contested, self.campaigns))

    @property
    def campaign_ids(self) -> range:
        """Every campaign, the contested one last."""
        return range(self.campaigns + 1)

    @property
    def targets(self) -> tuple[Target, ...]:
        """Every target; those of a campaign share its calls 1 : 2 : 3 : 4."""
        ordinary = [
            Target(
                id=index,
                campaign_id=index // TARGETS_EACH,
                number=f"+1312{2_000_000 + index}",
                weight=1 + index % TARGETS_EACH,
                concurrency_cap=CONCURRENCY_CAP,
            )
            for index in range(self.campaigns * TARGETS_EACH)
        ]
        contested = Target(
            id=len(ordinary),
            campaign_id=self.campaigns,
            number=f"+1312{2_000_000 + len(ordinary)}",
            weight=1,
            concurrency_cap=CONTESTED_CAP,
        )
        return (*ordinary, contested)


def number_of(index: int) -> str:
    """Name one of our numbers; each is valid and used by nobody.

    >>> number_of(7)
    '+18002000007'
    """
    return f"+1800{2_000_000 + index}"
