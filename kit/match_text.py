"""The match table as text."""

from kit import biases, codecs, match, metrics

_HEAD = ["form", "loss (options)", "output", "targets", "decision", "metrics", "initial bias", "why"]


def markdown(rows):
    """Rows of the table in Markdown, one line each."""
    lines = [_HEAD, ["---"] * len(_HEAD), *map(_cells, rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _cells(row):
    taken = ", ".join(match.options(row))
    code = codecs.get(row.code)
    return [
        row.form,
        f"`{row.loss}`" + (f" ({taken})" if taken else ""),
        f"{row.units} × {row.activation}{match.SCALES[row.scale]}",
        f"{row.code} {code.dtype} {code.layout}",
        row.decide,
        ", ".join(metrics.flat_name(name) for name in row.metrics),
        biases.text(row.bias),
        row.why,
    ]
