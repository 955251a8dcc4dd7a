"""Texts: sentences as numbers of words."""

import collections
import dataclasses
import re
from collections.abc import Mapping

import numpy as np

from kit.errors import Fault, KitError, SchemaError
from kit.inputs import INPUTS
from kit.inputs.findings import Finding, in_rows, raise_if_any
from kit.inputs.values import is_missing

NOTHING, UNKNOWN = 0, 1  # the numbers of no word and of words that training did not hold
KNOWN = 2  # the number of the first word
MOST_WORDS = 30_000
_LEAST = 2  # times that a word must be there to be learnt
_LONGEST = 256  # words of a text that are read, where the user does not say
_WORD = re.compile(r"\w+|[^\w\s]")
_DIGIT = re.compile(r"\d")


@INPUTS.register("texts")
@dataclasses.dataclass(frozen=True)
class Texts:
    """Texts, each a row of word numbers of one length: 0 after its end, 1 for unknown words.

    Words and signs are told apart, letters made small, and digits become 0, so that numbers of equal
    length are one word. What is beyond `length` words is not read. A text without words is one unknown word:
    the attention of no step to no step is 0/0.

    Args:
        column: name of the column in tables; None takes the only one.
        length: words of a text that are read; None takes what 98 of 100 texts have, at most 256.
        words: the words that training held at least twice, most frequent first.

    Raises:
        KitError: if the length is not positive.

    Example:
        >>> texts = kit.Texts(length=4, words=("hello", "!"))
        >>> texts.encode(["Hello, you!", "!"]).tolist()
        [[2, 1, 1, 3], [3, 0, 0, 0]]
    """

    column: str | None = None
    length: int | None = None
    words: tuple = ()

    rank = 1

    def __post_init__(self):
        if self.length is not None and (int(self.length) != self.length or self.length < 1):
            raise KitError(f"length is a number of words, at least 1. Received: {self.length}.")
        object.__setattr__(self, "words", tuple(self.words))
        object.__setattr__(self, "_numbers", {word: number for number, word in enumerate(self.words, KNOWN)})

    @property
    def shape(self):
        """(words,) of one encoded text."""
        return (self.length or _LONGEST,)

    @property
    def texts(self):
        """Names of the columns of a table that hold texts."""
        return () if self.column is None else (self.column,)

    @property
    def size(self):
        """How many numbers there are: those of the words, of no word, and of unknown words."""
        return KNOWN + len(self.words)

    def encode(self, raw):
        """Texts -> int32 (N, length).

        Args:
            raw: list or array of texts, DataFrame with the column, or list of dicts.

        Raises:
            SchemaError: if the column is not there.
            DataError: names the rows that hold no text.
        """
        encoded, findings = self.encoded(raw)
        raise_if_any(findings)
        return encoded

    def encoded(self, raw, names=None):
        """(what `encode` gives, findings): what is no text is empty and listed, by `names` if given."""
        texts = self._found(raw)
        wrong = [row for row, text in enumerate(texts) if not isinstance(text, str)]
        rows = np.zeros((len(texts), *self.shape), "int32")
        for row, text in enumerate(texts):
            words = split(text) if isinstance(text, str) else []
            numbers = [self._numbers.get(word, UNKNOWN) for word in words] or [UNKNOWN]
            rows[row, : len(numbers)] = numbers[: self.shape[0]]
        return rows, _findings(texts, wrong, self.column, names)

    def is_one(self, raw):
        """Whether this is one text and not a batch of them."""
        return isinstance(raw, str | Mapping) or getattr(raw, "ndim", None) == 0

    def fitted(self, raw):
        """A copy with the words of the training part and the length of most of its texts."""
        each = [split(text) for text in self._found(raw) if isinstance(text, str)]
        counts = collections.Counter(word for words in each for word in words)
        known = sorted((word for word in counts if counts[word] >= _LEAST), key=lambda w: (-counts[w], w))
        length = self.length or min(_LONGEST, _usual([len(words) for words in each]))
        return dataclasses.replace(self, length=length, words=tuple(known[:MOST_WORDS]))

    @property
    def is_fitted(self):
        """Whether the words of a training part are known."""
        return bool(self.words)

    def layers(self):
        """(Keras input, the same tensor: (batch, length) numbers of words)."""
        import keras

        inputs = keras.Input(self.shape, dtype="int32", name="texts")
        return inputs, inputs

    def mask(self, texts):
        """Where a text has words: bool tensor (batch, length).

        Args:
            texts: the Keras input that `layers` gave.
        """
        return texts > NOTHING

    def describe(self):
        """One line for the log."""
        return f"texts of up to {self.shape[0]} words, {len(self.words)} known"

    def to_json(self):
        """Plain data from which `from_json` makes an equal input."""
        return {"kind": "texts", "column": self.column, "length": self.length, "words": list(self.words)}

    @classmethod
    def from_json(cls, stored):
        """The input that `to_json` described."""
        return cls(stored["column"], stored["length"], tuple(stored["words"]))

    def _found(self, raw):
        """The values that should be texts, as a list.

        Raises:
            SchemaError: if rows have no such column, or several and none is named.
        """
        if isinstance(raw, list | tuple) and raw and isinstance(raw[0], Mapping):
            import pandas as pd

            raw = pd.DataFrame(list(raw))
        if not hasattr(raw, "columns"):
            return np.asarray(raw, object).reshape(-1).tolist()
        names = list(raw.columns)
        if self.column is None and len(names) == 1:
            return raw[names[0]].tolist()
        if self.column not in names:
            wanted = "one column" if self.column is None else f"a column {self.column!r}"
            raise SchemaError([Fault("columns", ", ".join(map(str, names)), f"{wanted} of texts")])
        return raw[self.column].tolist()


def split(text):
    """The words and signs of a text, letters made small and digits 0.

    Example:
        >>> split("Call 0800-12 NOW!")
        ['call', '0000', '-', '00', 'now', '!']
    """
    return _WORD.findall(_DIGIT.sub("0", text.lower()))


def _usual(lengths):
    return max(1, int(np.quantile(lengths, 0.98))) if lengths else 1


def _findings(texts, wrong, column, names):
    if not wrong:
        return []
    missing = all(is_missing(texts[row]) for row in wrong)
    found = "missing" if missing else f"{str(texts[wrong[0]])[:40]!r}, {type(texts[wrong[0]]).__name__}"
    where = f"column {column!r}, {in_rows(wrong, names)}" if column else in_rows(wrong, names)
    return [Finding(Fault(where, found, "a text"), tuple(wrong))]
