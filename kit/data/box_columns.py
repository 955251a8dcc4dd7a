"""Box columns: which columns of a table hold the image, the class and the box of an object."""

import dataclasses
import re

_IMAGE = (
    "filename",
    "file",
    "imagename",
    "imagefile",
    "imagepath",
    "filepath",
    "image",
    "img",
    "imageid",
    "path",
)
_CLASS = ("class", "label", "classname", "labelname", "category", "categoryname", "object", "name")
_PART = ("split", "subset", "set", "part")
_CORNERS = (
    ("xmin", "x1", "left", "xtl", "bboxxmin", "bboxx1"),
    ("ymin", "y1", "top", "ytl", "bboxymin", "bboxy1"),
    ("xmax", "x2", "right", "xbr", "bboxxmax", "bboxx2"),
    ("ymax", "y2", "bottom", "ybr", "bboxymax", "bboxy2"),
)
_SIDES = (
    ("w", "bboxwidth", "bboxw", "width"),
    ("h", "bboxheight", "bboxh", "height"),
)  # last: also of images
_FROM = (("x", "bboxx", "bboxleft", *_CORNERS[0]), ("y", "bboxy", "bboxtop", *_CORNERS[1]))
_CENTRE = (("xcenter", "cx", "centerx", "xc", "xcentre"), ("ycenter", "cy", "centery", "yc", "ycentre"))
_SIZE = (("imageheight", "imgheight", "height"), ("imagewidth", "imgwidth", "width"))
_ONE = ("bbox", "box", "boundingbox", "bboxes")


@dataclasses.dataclass(frozen=True)
class Columns:
    """Names of the columns.

    Args:
        image: of the file names.
        box: the four of the box, or one that holds four numbers.
        label: of the classes; None where there is one class.
        form: "xyxy", "xywh" or "cxcywh", as the names say; "" where one column holds the box.
        size: height and width of the image; () if there are none.
        part: of the part, or None.
    """

    image: str
    box: tuple
    label: str | None
    form: str
    size: tuple = ()
    part: str | None = None


def columns_of(names):
    """The `Columns` among these names, or None where a table holds no boxes.

    Example:
        >>> found = columns_of(["filename", "width", "height", "class", "xmin", "ymin", "xmax", "ymax"])
        >>> found.form, found.label, found.size
        ('xyxy', 'class', ('height', 'width'))
        >>> columns_of(["image", "x", "y", "w", "h", "label"]).form
        'xywh'
        >>> columns_of(["sepal length", "species"]) is None
        True
    """
    plain = {}
    for name in names:
        plain.setdefault(re.sub(r"[^a-z0-9]", "", str(name).lower()), name)

    def first(words):
        return next((plain[word] for word in words if word in plain), None)

    image = first(_IMAGE)
    layouts = {"xyxy": _CORNERS, "cxcywh": (*_CENTRE, *_SIDES), "xywh": (*_FROM, *_SIDES), "": (_ONE,)}
    for form, words in layouts.items():
        box = tuple(first(several) for several in words)
        if image is not None and None not in box:
            size = tuple(first(several) for several in _SIZE)
            size = () if None in size or set(size) & set(box) else size
            return Columns(image, box, first(_CLASS), form, size, first(_PART))
    return None
