"""Who runs what when several workers share a run."""

from xdist.scheduler.loadscope import LoadScopeScheduling

SHARED = "tests/browser/"  # its files share one stack and one browser


class FilesInOrder(LoadScopeScheduling):  # type: ignore[misc] # it has no types
    """Whole files in the order in which they are collected.

    The scheduler's own order is by the number of tests: files with a single test that lasts half
    a minute come last, and all workers but one wait for it.  Folders are collected by name:
    browser, service and system come first, and the many short files of units fill the end.
    """

    def _split_scope(self, nodeid: str) -> str:
        return SHARED if nodeid.startswith(SHARED) else nodeid.partition("::")[0]
