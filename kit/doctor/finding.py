"""Findings: what the doctor says."""

import dataclasses
import json

from kit import errors
from kit.plain import plain, writable

SEVERITIES = ("error", "warning", "note")  # trains something else than is meant; may; is to be known


@dataclasses.dataclass(frozen=True)
class Finding:
    """One thing that is wrong, or may be.

    Args:
        rule: name of the rule that found it.
        severity: "error" where something else is learnt than was meant, "warning" where it may be,
            "note" for what is to be known, such as a rule that could not run.
        where: the layer, column, rows or argument concerned.
        evidence: what was seen, with the number that was measured.
        cure: what to change.

    Example:
        >>> print(Finding("softmax_of_one", "error", "layer 'dense'", "softmax over 1 unit", "Use sigmoid."))
        error: layer 'dense': softmax over 1 unit. Use sigmoid. (softmax_of_one)
    """

    rule: str
    severity: str
    where: str
    evidence: str
    cure: str

    def __str__(self):
        return f"{self.severity}: {self.where}: {self.evidence}. {self.cure} ({self.rule})"


class Findings(tuple):
    """All findings, the gravest first: a tuple of `Finding` that prints as a table.

    Example:
        >>> few = Findings([Finding("b", "note", "x", "3", "-"), Finding("a", "error", "y", "4", "-")])
        >>> [each.rule for each in few], [each.rule for each in few.errors]
        (['a', 'b'], ['a'])
    """

    def __new__(cls, findings=()):
        return super().__new__(cls, sorted(findings, key=lambda each: SEVERITIES.index(each.severity)))

    @property
    def errors(self):
        """The findings of severity error."""
        return Findings(each for each in self if each.severity == "error")

    def table(self):
        """DataFrame with a row a finding: rule, severity, where, evidence, cure."""
        import pandas as pd

        names = [field.name for field in dataclasses.fields(Finding)]
        return pd.DataFrame([dataclasses.astuple(each) for each in self], columns=names)

    def to_dicts(self):
        """A list of dicts, as JSON knows them."""
        return [plain(dataclasses.asdict(each)) for each in self]

    def to_json(self):
        """JSON text: a list with one object a finding.

        Example:
            >>> Findings([Finding("a", "note", "x", "3 rows", "-")]).to_json()
            '[{"rule": "a", "severity": "note", "where": "x", "evidence": "3 rows", "cure": "-"}]'
        """
        return json.dumps(self.to_dicts(), ensure_ascii=False)

    def __repr__(self):
        if not self:
            return "Nothing found."
        lines = [counted(self)]
        for each in self:
            lines += [f"{each.severity:8} {each.where}  ({each.rule})", f"         {each.evidence}"]
            lines += [f"         -> {each.cure}"] if each.cure else []
        return writable("\n".join(lines))

    __str__ = __repr__

    def _repr_html_(self):
        return self.table().to_html(index=False) if self else "<p>Nothing found.</p>"


def counted(findings):
    """How many findings of each severity, in words.

    Example:
        >>> counted([Finding("a", "error", "x", "3", "-"), Finding("b", "note", "x", "3", "-")])
        '1 error, 1 note'
    """
    found = [each.severity for each in findings]
    there = [(found.count(severity), severity) for severity in SEVERITIES if severity in found]
    return ", ".join(errors.counted(count, severity) for count, severity in there)
