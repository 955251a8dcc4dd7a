"""What all formats have in common whose numbers have 8 bits instead of 32."""

from kit.artifact.formats.base import Format


class EightBits(Format):
    """A file whose weights and values are whole numbers of 8 bits; their ranges are measured on samples.

    It cannot repeat float32 to 1e-4: each value is one of 256. It is kept where it decides the same on
    samples that it has not been measured on:

    - classes, labels, pixels: Cohen's kappa at least 0.9. Of two equally frequent classes that is 95 of 100
      equal decisions; of a rare one more, so that a file which never says it is refused.
    - boxes: at least 0.9 of them are on both sides.
    - numbers: an error of at most 0.1 of their standard deviation, which adds 1 % to the variance that a
      model leaves unexplained at most.
    """

    tolerance = None
    limits = {"kappa": 0.9, "boxes": 0.9, "error": 0.1}

    def fault(self, measured):
        if measured["error"] is not None:
            off, most = measured["error"], self.limits["error"]
            return (
                f"is off by {off:.2g} of the spread of what Keras says (allowed {most})"
                if off > most
                else None
            )
        name = "boxes" if measured["kappa"] is None else "kappa"
        value = measured["agreement"] if name == "boxes" else measured["kappa"]
        if value >= self.limits[name]:
            return None
        shown = f"{measured['agreement']:.1%} are equal, {name} {value:.2f}"
        return f"decides otherwise too often ({shown}; allowed from {self.limits[name]})"


def rows(samples):
    """The samples one by one, each as a dict name -> array (1, ...).

    Example:
        >>> [row["x"].tolist() for row in rows({"x": np.arange(2)})]
        [[0], [1]]
    """
    for values in zip(*samples.values(), strict=True):
        yield {name: value[None] for name, value in zip(samples, values, strict=True)}
