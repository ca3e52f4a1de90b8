"""How a call sounded, and who hung up where only the carrier knows."""

from libs.contracts.outcomes import HungUpBy
from libs.contracts.quality import CallQualityKnown, Measured, Quality, QualityStatus
from services.tracking.domain.cells import Cells, Told

_BELIEVED = (QualityStatus.UNKNOWN, QualityStatus.PARTIAL, QualityStatus.COMPLETE)


def summary(fact: CallQualityKnown) -> Cells:
    """The greatest cell `quality`: of two summaries the fuller, then the later, is believed."""
    measured = fact.measured.model_dump_json()
    rank, at = _BELIEVED.index(fact.status), fact.at.isoformat()
    return {"quality": [rank, at, measured, fact.hung_up_by or "", fact.reason]}


def quality_of(told: Told) -> Quality | None:
    """What the record says of it; None while nobody has asked."""
    cell = told.greatest.get("quality")
    if cell is None:
        return None
    rank, _, measured, _, reason = cell
    numbers = Measured.model_validate_json(str(measured))
    status = _BELIEVED[int(rank)]
    return Quality(status=status, reason=str(reason), **numbers.model_dump())


def carriers_word(told: Told) -> HungUpBy | None:
    """Who hung up, as the carrier says."""
    cell = told.greatest.get("quality")
    return HungUpBy(str(cell[3])) if cell is not None and cell[3] else None
