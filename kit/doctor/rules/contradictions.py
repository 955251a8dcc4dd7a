"""Equal inputs with different labels."""

from kit.doctor import toys
from kit.doctor.rule import Case, rule
from kit.doctor.rules.same_samples import keys_of


@rule("contradictions", severity="warning", needs=["x", "classes"])
def contradictions(patient):
    """Samples that are equal bit by bit and have different classes: one of them cannot be learnt.

    Source: none needed.
    """
    seen, pairs = {}, []
    for row, (key, label) in enumerate(zip(keys_of(patient.x), patient.classes.tolist(), strict=False)):
        first = seen.setdefault(key, (row, label))
        if first[1] != label:
            pairs.append((first[0], row))
    if pairs and len(seen) > len(patient.classes) // 2:  # few different inputs are meant to repeat
        shown = ", ".join(f"{a} and {b}" for a, b in pairs[:5])
        yield (
            f"rows {shown}",
            f"{len(pairs)} samples repeat another one under another class",
            "Mend the labels.",
        )


def failing():
    """A row twice, as 0 and as 1."""
    x = toys.numbers()
    x[1] = x[0]
    yield Case("rows 0 and 1", (x, toys.classes(2)))


def passing():
    """A row twice, with one label."""
    x = toys.numbers()
    x[2] = x[0]
    yield Case("rows 0 and 2", (x, toys.classes(2)))
