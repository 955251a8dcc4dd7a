"""Built-in data sets: those that ship inside scikit-learn, so that nothing is downloaded."""

from kit.data.raw import Raw
from kit.data.readers import READERS
from kit.inputs.images import Images

BUILTIN = ("digits", "breast_cancer", "wine", "diabetes")


def _takes(source):
    return isinstance(source, str) and source in BUILTIN


@READERS.register("built-in data", takes=_takes, order=0)
def read(request):
    """The built-in data set of this name."""
    import sklearn.datasets

    bunch = getattr(sklearn.datasets, f"load_{request.source}")(**_options(request.source))
    note = f"Took '{request.source}' for the data set built into scikit-learn."
    if request.source == "digits":
        return _digits(bunch, note)
    labels = bunch.target.to_numpy()
    if hasattr(bunch, "target_names"):
        labels = bunch.target_names[labels].astype(object)
    frame = bunch.data.assign(**{_TARGETS[request.source]: labels})
    return Raw(request.source, frame, target=(_TARGETS[request.source],), notes=[note])


_TARGETS = {"breast_cancer": "diagnosis", "wine": "cultivar", "diabetes": "progression"}


def _options(name):
    if name == "digits":
        return {}
    return {"as_frame": True, "scaled": False} if name == "diabetes" else {"as_frame": True}


def _digits(bunch, note):
    pictures = bunch.images.astype("float32")[..., None]
    return Raw("digits", pictures, bunch.target, input=Images((8, 8), 1, scale=16), notes=[note])
