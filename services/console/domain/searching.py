"""Which passages of the manual answer a question: BM25 over words, the same words every time."""

import heapq
import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from services.console.domain.manual import Passage

SATURATION, LENGTH_WEIGHT = 1.2, 0.75  # BM25's usual constants
HEADING_COUNTS = 3  # what stands in a heading is what the passage is about
WORDS_MAX = 60  # of a question; more do not make it clearer
EXCERPT_LETTERS = 280
BESIDE = ("api/", "events", "changelog")  # pages that name things; guides explain them
BESIDE_WEIGHT = 0.6
_WORD = re.compile(r"[a-z0-9]+")
_STOP = frozenset(
    _WORD.findall(
        "a an and are as at be by can do does for from how i if in is it its me my of on or that"
        " the their there they this to we what when where which who why will with you your"
    )
)


@dataclass(frozen=True, slots=True)
class Found:
    """A passage that was found, and how well it fits: higher is better."""

    passage: Passage
    score: float
    excerpt: str


def words_of(text: str) -> list[str]:
    """A text's words, without the commonest, each in one form.

    >>> words_of("How are payouts booked?"), words_of("It books the payout")
    (['payout', 'book'], ['book', 'payout'])
    """
    return [_form(word) for word in _WORD.findall(text.lower()) if word not in _STOP]


def _form(word: str) -> str:
    """One form for a word's several: plural, -ing, -ed."""
    for ending in ("ing", "ed", "es", "s"):
        stem = word.removesuffix(ending)
        if stem != word and len(stem) > 3:  # noqa: PLR2004 - shorter ones are other words
            return stem.removesuffix("e")
    return word.removesuffix("e") if len(word) > 4 else word  # noqa: PLR2004


class Index:
    """All passages by their words, weighed once: a search looks at those that have its words."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._passages = passages
        counted = [
            Counter(words_of(one.text) + words_of(f"{one.title} {one.heading}") * HEADING_COUNTS)
            for one in passages
        ]
        lengths = [counts.total() for counts in counted]
        mean = sum(lengths) / len(passages) if passages else 1.0
        having = Counter(word for counts in counted for word in counts)
        self._weights: dict[str, list[tuple[int, float]]] = {word: [] for word in having}
        for number, counts in enumerate(counted):
            most = SATURATION * (1 - LENGTH_WEIGHT + LENGTH_WEIGHT * lengths[number] / mean)
            beside = BESIDE_WEIGHT if passages[number].page.startswith(BESIDE) else 1
            for word, count in counts.items():
                fits = count * (SATURATION + 1) / (count + most)
                rarity = math.log(1 + (len(passages) - having[word] + 0.5) / (having[word] + 0.5))
                self._weights[word].append((number, fits * rarity * beside))

    def search(self, question: str, limit: int) -> list[Found]:
        """The best passages, best first; none where no word of the question stands anywhere."""
        words = sorted(set(words_of(question)[:WORDS_MAX]))
        scores: defaultdict[int, float] = defaultdict(float)
        for word in words:
            for number, weight in self._weights.get(word, ()):
                scores[number] += weight
        best = heapq.nsmallest(limit, scores, key=lambda number: (-scores[number], number))
        return [
            Found(passage, round(scores[number], 3), excerpt_of(passage.text, words))
            for number in best
            for passage in [self._passages[number]]
        ]


def excerpt_of(text: str, words: Sequence[str]) -> str:
    r"""The part of a text in which most of the words stand.

    >>> excerpt_of("Nothing here.\nA payout is owed.", ["payout"])
    'Nothing here. A payout is owed.'
    """
    text = " ".join(text.split())
    if len(text) <= EXCERPT_LETTERS:
        return text
    starts = [found.start() for found in _WORD.finditer(text.lower())]
    hits = [at for at in starts if set(words_of(text[at : at + 40].split(" ")[0])) & set(words)]
    begin = max(
        (max(0, at - 40) for at in hits),
        key=lambda at: sum(at <= hit < at + EXCERPT_LETTERS for hit in hits),
        default=0,
    )
    begin = text.rfind(" ", 0, begin + 1) + 1
    end = begin + EXCERPT_LETTERS
    cut = text[begin:end].rsplit(" ", 1)[0] if end < len(text) else text[begin:]
    return ("… " if begin else "") + cut + (" …" if end < len(text) else "")
