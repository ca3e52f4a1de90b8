"""Which passages of the manual answer a question: BM25 over words, the same words every time."""

import math
import re
from collections import Counter
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
    """All passages, ready to be searched."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._passages = passages
        self._counts = [
            Counter(words_of(one.text) + words_of(f"{one.title} {one.heading}") * HEADING_COUNTS)
            for one in passages
        ]
        self._lengths = [sum(counts.values()) for counts in self._counts]
        self._mean = sum(self._lengths) / len(passages) if passages else 1.0
        self._in = Counter(word for counts in self._counts for word in counts)

    def search(self, question: str, limit: int) -> list[Found]:
        """The best passages, best first; none where no word of the question stands anywhere."""
        words = sorted(set(words_of(question)[:WORDS_MAX]))
        scored = [(self._score(number, words), -number) for number in range(len(self._passages))]
        best = sorted((one for one in scored if one[0] > 0), reverse=True)[:limit]
        return [
            Found(passage, round(score, 3), excerpt_of(passage.text, words))
            for score, number in best
            for passage in [self._passages[-number]]
        ]

    def _score(self, number: int, words: Sequence[str]) -> float:
        counts, length = self._counts[number], self._lengths[number] / self._mean
        most = SATURATION * (1 - LENGTH_WEIGHT + LENGTH_WEIGHT * length)
        fits = sum(
            self._rarity(word) * counts[word] * (SATURATION + 1) / (counts[word] + most)
            for word in words
            if counts[word]
        )
        beside = self._passages[number].page.startswith(BESIDE)
        return fits * (BESIDE_WEIGHT if beside else 1)

    def _rarity(self, word: str) -> float:
        having, all_ = self._in[word], len(self._passages)
        return math.log(1 + (all_ - having + 0.5) / (having + 0.5))


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
