"""Pictures: from files or arrays as they were found to decoded images of one size."""

import collections
import statistics
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from kit.data import cache
from kit.data.raw import rows_of
from kit.errors import Fault, KitError
from kit.inputs import pixels
from kit.inputs.findings import in_rows
from kit.inputs.images import Images

_DARK = 0.25  # share of white below which all pixels of a data set may be on another scale
_LARGEST = 128  # pixels of the longer side, where the user does not say
MORE = "For more say --set size=N (image_size=N in Python)."


def take_out(raw, request):
    """Groups and times, which must be arrays: images have no columns.

    Raises:
        KitError: if a column is named.
    """
    named = {"target": request.target, "groups": request.groups, "time": request.time}
    wrong = [name for name, value in named.items() if isinstance(value, str)] + ["ignore"] * bool(
        request.ignore
    )
    if wrong:
        raise KitError(f"{wrong[0]} names a column of a table, and {raw.name} holds images. Leave it out.")
    raw.groups, raw.times = (None if v is None else np.asarray(v) for v in (request.groups, request.time))


def described(raw, request):
    """The `Images` that fit, not fitted; `raw` gets the decoded images and what was found in them.

    Raises:
        KitError: if the input that the user gave is not for images.
    """
    if request.input is not None and not isinstance(request.input, Images):
        raise KitError(f"{raw.name} holds images and cannot be read as {request.input.describe()}.")
    raw.places = np.arange(len(raw))
    if isinstance(raw.inputs, np.ndarray):
        return _of_arrays(raw, request)
    return _of_files(raw, request)


def fitted(images, raw, rows):
    """The images with the statistics of these rows."""
    few = rows[:: max(1, len(rows) // 4096)]
    return images.with_statistics(raw.encoded[raw.places[few]])


def divided(raw, rows):
    """(inputs of these rows, their decoded images)."""
    return rows_of(raw.inputs, rows), cache.rows_of(raw.encoded, raw.places[rows])


def keys(raw):
    """One number (uint64) an image, equal where all decoded pixels are."""
    return raw.keys


def _of_arrays(raw, request):
    size, channels = raw.inputs.shape[1:3], raw.inputs.shape[3]
    images = request.input or raw.input or Images(pair(request.image_size) or size, channels)
    raw.encoded, findings = images.encoded(raw.inputs)
    raw.findings += findings
    raw.keys = np.array([cache.key_of(picture) for picture in raw.encoded], "uint64")
    if request.input is None and raw.input is None and not findings:
        raw.notes += _dark(images, raw.inputs)
    return images


def _dark(images, array):
    """A note where whole numbers or floats are so small that white may be another number than 255."""
    whole = array.dtype in (bool, np.uint16) or not array.size
    brightest = images.scale if whole else float(array.max())
    if not 0 < brightest <= _DARK * images.scale:
        return []
    cure = f"input=kit.Images({images.size}, {images.channels}, scale={brightest:g})"
    return [
        f"No pixel is brighter than {brightest:g} of {images.scale:g}: if that is white, give {cure}, "
        "for pictures are varied by shares of white."
    ]


def _of_files(raw, request):
    headers, misnamed = headers_of(raw.inputs)
    if misnamed:
        shown = ", ".join(f"{path.name} is {form}" for path, form in misnamed[:3])
        raw.notes.append(
            f"{len(misnamed)} files hold another format than their names say ({shown}); they are read."
        )
    images = request.input or raw.input
    if images is None:
        images, why = _fitting(headers, pair(request.image_size))
        raw.notes.append(why)
    deep = any(header.bits == 16 for header in headers)
    dtype = "float32" if deep or images.scale != 255 else "uint8"
    decoded = cache.decoded(raw.inputs, images, dtype, names=raw.names, memory=request.memory)
    raw.encoded, raw.keys, findings = decoded.array, decoded.keys, decoded.findings
    raw.findings += findings
    raw.notes += decoded.notes
    return images


def headers_of(paths):
    """(the header of each file that can be read, (path, format) of those whose suffix says otherwise)."""
    with ThreadPoolExecutor() as pool:
        found = list(zip(paths, pool.map(_header, paths), strict=True))
    found = [(path, header) for path, header in found if header]
    expected = [(path, header.format, pixels.SUFFIXES.get(path.suffix.lower())) for path, header in found]
    misnamed = [(path, form) for path, form, suffix in expected if suffix not in (form, None)]
    return [header for _, header in found], misnamed


def of_several_pages(paths, names):
    """An issue where TIFF files hold several pictures, of which the first is read.

    Args:
        paths: of the files; anything else has no pages.
        names: what each sample is called.
    """
    files = {row: path for row, path in enumerate(paths) if _is_tiff(path)}
    with ThreadPoolExecutor() as pool:
        counts = dict(zip(files, pool.map(pixels.pages, files.values()), strict=True))
    rows = [row for row, count in counts.items() if count > 1]
    if not rows:
        return []
    found = f"up to {max(counts.values())} pages, of which the first is read"
    return [Fault(in_rows(rows, names), found, "one page a file", "Save each page as a file of its own.")]


def _is_tiff(path):
    return isinstance(path, Path) and pixels.SUFFIXES.get(path.suffix.lower()) == "TIFF"


def _header(path):
    try:
        return pixels.header(path)
    except pixels.Unreadable:
        return None  # decoding it will say why


def _fitting(headers, image_size):
    """(`Images` of the size and channels that fit these files, a sentence that says why)."""
    channels = 3 if any(header.channels == 3 for header in headers) else 1
    colour = "colour" if channels == 3 else "gray, as all files are"
    if image_size is not None:
        images = Images(image_size, channels)
        return images, f"Images are brought to {_by(images.size)} pixels, as you said, {colour}."
    sizes = collections.Counter((header.height, header.width) for header in headers)
    size, count = sizes.most_common(1)[0] if sizes else ((_LARGEST, _LARGEST), 0)
    if 2 * count >= sizes.total():
        why = "the size of all files" if len(sizes) < 2 else "the most common size"
    else:
        size, why = (
            [round(statistics.median(side)) for side in zip(*sizes.elements(), strict=True)],
            "the median size",
        )
    longer = max(size)
    if longer > _LARGEST:
        why = f"{why} ({_by(size)}), shrunk to {_LARGEST} on the longer side"
        size = [max(1, round(side * _LARGEST / longer)) for side in size]
    return Images(tuple(size), channels), f"Images are {_by(size)} pixels: {why}; {colour}. {MORE}"


def pair(size):
    """(height, width); one number stands for a square."""
    return (size, size) if isinstance(size, int) else size


def _by(size):
    return f"{size[0]} x {size[1]}"
