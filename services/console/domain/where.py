"""Filters of reports as they stand in an address: `source=google`, `tag:size!=4`."""

import re
from collections import defaultdict
from collections.abc import Sequence

from libs.contracts.reporting import Filter

PATTERN = r"^([a-z_]+(?::[^=\x00]{1,120}?)?)(!?)=([^\x00]{0,254})$"
"""What one says: a dimension, whether its value lets calls through or keeps them out, the value."""


def filters_of(where: Sequence[str]) -> list[Filter]:
    """What they say together: the values of one word add up.

    >>> for each in filters_of(["source=google", "source=bing", "tag:size!=4"]):
    ...     print(each.dimension, each.values, each.exclude)
    source ('google', 'bing') False
    tag:size ('4',) True
    """
    values: defaultdict[tuple[str, bool], list[str]] = defaultdict(list)
    for each in where:
        said = re.fullmatch(PATTERN.strip("^$"), each, re.DOTALL)
        assert said is not None, "checked by the route"
        values[said[1], said[2] == "!"].append(said[3])
    return [
        Filter(dimension=dimension, values=tuple(found), exclude=exclude)
        for (dimension, exclude), found in values.items()
    ]
