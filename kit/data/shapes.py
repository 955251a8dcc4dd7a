"""Shapes: pictures that are drawn, so that the truth of every pixel is known exactly.

Each picture depends on (seed, index) and the size, and on nothing else: the first ten of a
hundred are the same as ten.
"""

import dataclasses

import numpy as np

from kit.errors import KitError, unknown
from kit.maps import VOID

CLASSES = {
    "shapes": ("background", "disc", "rectangle", "triangle"),
    "streets": ("sky", "road", "pavement", "building", "tree", "car", "pole"),
}
TASKS = ("segmentation", "denoising", "detection")
_SMALLEST = 16  # pixels a side
_SEEN = 6  # pixels of an object from which it counts as one to detect
_TRIES = 20  # places that are looked at for a shape that is to be free
_CLEAR = 90.0  # of 255: a channel of a shape that is to be clear differs so much from the ground
_GRAIN = 6.0  # standard deviation of the noise on the pictures, in units of 0 to 255
_OBJECTS = ("disc", "rectangle", "triangle", "car", "tree", "pole")


def shapes(task="segmentation", samples=200, size=(64, 64), seed=0, *, scene="shapes"):
    """Drawn pictures and their exact truth, to try a model on or to test one.

    Scene "shapes": discs, rectangles and triangles of any colour, size and place, some behind
    others, before a mottled ground with lines that are of no shape. Scene "streets": a road
    between pavements and buildings, with trees, cars and thin poles; the bonnet of the own car
    along the bottom is void.

    Args:
        task: what the truth is for: "segmentation", "denoising" or "detection".
        samples: number of pictures.
        size: (height, width) in pixels, at least 16 each.
        seed: another seed draws other pictures.
        scene: a key of `CLASSES`, which names the classes.

    Returns:
        segmentation: (images, masks): uint8 (samples, height, width, 3) and uint8 (samples,
            height, width): places in `CLASSES[scene]`, and 255 where a pixel is void.
        denoising: the images alone, without grain.
        detection: (images, truths): for each image (boxes_xyxy, labels): float32 (M, 4) in pixels
            around what is seen of each object, and its M names. Here shapes stand upright, leave each
            other free and are of clear colours, as nobody could tell what a hidden one is.

    Raises:
        KitError: if the task or the scene is unknown, or the size too small.

    Example:
        >>> images, masks = shapes(samples=3, size=(32, 48))
        >>> images.shape, masks.shape, int(masks.max()) < len(CLASSES["shapes"])
        ((3, 32, 48, 3), (3, 32, 48), True)
    """
    if task not in TASKS:
        raise unknown("task", task, TASKS)
    if scene not in CLASSES:
        raise unknown("scene", scene, CLASSES)
    if len(size) != 2 or min(size) < _SMALLEST or samples < 1:
        raise KitError(
            f"Pictures are at least {_SMALLEST} x {_SMALLEST} pixels. Received: {samples} of {size}."
        )
    drawn = [_drawn(scene, size, seed, index, task) for index in range(samples)]
    images = np.stack([canvas.picture() for canvas in drawn])
    if task == "denoising":
        return images
    if task == "segmentation":
        return images, np.stack([canvas.mask for canvas in drawn])
    return images, [canvas.objects(CLASSES[scene]) for canvas in drawn]


def _drawn(scene, size, seed, index, task):
    canvas = _Canvas(size, np.random.default_rng([seed % 2**64, index]), apart=task == "detection")
    _SCENES[scene](canvas, CLASSES[scene].index)
    if task != "denoising":
        canvas.image += _GRAIN * canvas.rng.standard_normal(canvas.image.shape)
    return canvas


class _Canvas:
    """A picture in the making: colours, classes and objects of all pixels, painted back to front."""

    def __init__(self, size, rng, apart=False):
        self.rng, self.size, self.apart = rng, tuple(size), apart
        self.unit = min(size)
        self.y, self.x = np.mgrid[: size[0], : size[1]] + 0.5  # centres of the pixels
        self.image = np.zeros((*size, 3))
        self.mask = np.zeros(size, "uint8")
        self.owner = np.zeros(size, int)  # 0: none
        self.labels = [0]  # class of each owner

    def paint(self, distance, label, colour, rough=0.08):
        """Paints where `distance` (pixels to the outline, inside below 0) is negative; edges are soft."""
        self.cover(distance, colour, rough)
        inside = distance < 0
        self.mask[inside] = label
        self.owner[inside] = len(self.labels)
        self.labels.append(label)

    def cover(self, distance, colour, rough=0.08):
        """Paints without being of a class."""
        alpha = np.clip(0.5 - distance, 0, 1)[..., None]
        light = 1 + rough * self.mottled(self.rng.uniform(3, 12)) + self.slope(0.25)
        self.image += alpha * (np.asarray(colour) * light[..., None] - self.image)

    def mottled(self, patches):
        """(height, width) random values of spread about 1, alike over 1/`patches` of the picture."""
        coarse = self.rng.standard_normal((int(patches) + 2, int(patches) + 2))
        for axis, places in enumerate((self.y[:, 0] / self.size[0], self.x[0] / self.size[1])):
            at = places * int(patches)
            low = at.astype(int)
            share = (at - low).reshape((-1, 1) if axis == 0 else (1, -1))
            coarse = (1 - share) * coarse.take(low, axis) + share * coarse.take(low + 1, axis)
        return 1.5 * coarse

    def slope(self, strength):
        """(height, width): light from one side, about -strength to strength."""
        angle = self.rng.uniform(0, 2 * np.pi)
        y, x = 2 * self.y / self.size[0] - 1, 2 * self.x / self.size[1] - 1
        return strength * (y * np.sin(angle) + x * np.cos(angle)) / np.sqrt(2)

    def picture(self):
        """(height, width, 3) uint8."""
        return np.rint(np.clip(self.image, 0, 255)).astype("uint8")

    def objects(self, names):
        """(boxes_xyxy float32 (M, 4), names (M,)) around what is seen of each object."""
        boxes, labels = [], []
        for owner, label in enumerate(self.labels):
            rows, columns = np.nonzero(self.owner == owner) if owner else ((), ())
            if names[label] in _OBJECTS and len(rows) >= _SEEN:
                boxes.append((columns.min(), rows.min(), columns.max() + 1, rows.max() + 1))
                labels.append(names[label])
        return np.array(boxes, "float32").reshape(-1, 4), np.array(labels, object)


def _shapes(canvas, number):
    rng, unit = canvas.rng, canvas.unit
    canvas.cover(np.full(canvas.size, -1.0), _colour(rng), rough=0.15)
    canvas.image += 8 * canvas.mottled(unit / 3)[..., None]  # fine mottles
    for _ in range(rng.integers(1, 4)):
        canvas.cover(_line(canvas), _colour(rng))
    for _ in range(rng.integers(2, 6)):
        kind = ("disc", "rectangle", "triangle")[rng.integers(3)]
        distance = _free(canvas, kind) if canvas.apart else _somewhere(canvas, kind)
        if distance is not None:
            canvas.paint(distance, number(kind), _unlike(canvas, distance) if canvas.apart else _colour(rng))


def _somewhere(canvas, kind, angle=None):
    rng = canvas.rng
    outline = _Outline(
        rng.uniform(0.1, 0.9) * canvas.size[0],
        rng.uniform(0.1, 0.9) * canvas.size[1],
        rng.uniform(0.1, 0.24) * canvas.unit,
        rng.uniform(0, 2 * np.pi) if angle is None else angle,
    )
    return getattr(outline, kind)(canvas)


def _free(canvas, kind):
    """An upright shape that touches no other and is seen as a whole; None if there is no room."""
    for _ in range(_TRIES):
        distance = _somewhere(canvas, kind, angle=-np.pi / 2)
        edges = (distance[0], distance[-1], distance[:, 0], distance[:, -1])
        if not canvas.owner[distance < 1].any() and min(edge.min() for edge in edges) > 0:
            return distance
    return None


def _unlike(canvas, distance):
    """A colour that stands out from what lies there so far."""
    ground = canvas.image[distance < 0].mean(axis=0)
    colours = (_colour(canvas.rng) for _ in range(_TRIES))
    return max(colours, key=lambda colour: min(np.abs(colour - ground).max(), _CLEAR))


def _streets(canvas, number):
    rng, (height, width), unit = canvas.rng, canvas.size, canvas.unit
    horizon, centre = rng.uniform(0.35, 0.5) * height, rng.uniform(0.35, 0.65) * width
    depth = np.clip((canvas.y - horizon) / (height - horizon), -1, 1)  # 0 at the horizon, 1 in front
    canvas.paint(
        np.full(canvas.size, -1.0), number("sky"), rng.uniform(0.8, 1.1) * np.array((150, 190, 225)), 0.05
    )
    _buildings(canvas, number("building"), horizon)
    canvas.paint(horizon - canvas.y, number("pavement"), rng.uniform(0.8, 1.1) * np.array((165, 155, 150)))
    half = (0.05 + 0.5 * depth) * width
    road = np.maximum(np.abs(canvas.x - centre) - half, horizon - canvas.y)
    canvas.paint(road, number("road"), rng.uniform(0.8, 1.2) * np.array((90, 90, 95)))
    dashes = np.sin(14 * np.sqrt(np.clip(depth, 0, 1))) > 0.2
    canvas.cover(
        np.where(dashes, np.maximum(np.abs(canvas.x - centre) - 0.02 * depth * width, road), 1),
        (220, 220, 210),
    )
    for side in rng.permutation([-1, 1, -1, 1])[: rng.integers(2, 5)]:  # from far to near
        near = rng.uniform(0.1, 0.6)
        foot, beside = horizon + near * (height - horizon), centre + side * (0.14 + 0.56 * near) * width
        draw = (_tree, _pole)[rng.integers(2)]
        draw(canvas, number, foot, beside, (0.3 + 0.5 * near) * unit)
    for near in sorted(rng.uniform(0.1, 0.7, rng.integers(1, 4))):
        middle = centre + rng.choice([-1, 1]) * (0.03 + 0.26 * near) * width
        _car(canvas, number("car"), horizon + near * (height - horizon), middle, (0.06 + 0.2 * near) * unit)
    bonnet = 0.93 * height + 0.06 * height * (2 * canvas.x / width - 1) ** 2 - canvas.y
    canvas.paint(bonnet, 0, (45, 40, 40))
    canvas.mask[bonnet < 0] = VOID


def _buildings(canvas, label, horizon):
    rng, left = canvas.rng, 0.0
    while left < canvas.size[1]:
        wide = rng.uniform(0.12, 0.3) * canvas.size[1]
        top = horizon * rng.uniform(0.1, 0.85)
        house = _box(canvas, (top + horizon) / 2 + 1, left + wide / 2, (horizon - top) / 2 + 1, wide / 2)
        canvas.paint(house, label, _colour(rng, 70, 190))
        pitch = max(4.0, wide / 4)
        windows = np.maximum(
            np.abs((canvas.x - left) % pitch - pitch / 2), np.abs((canvas.y - top) % pitch - pitch / 2)
        )
        canvas.cover(np.maximum(windows - pitch / 4, house + 1), _colour(rng, 30, 110))
        left += wide + rng.choice([0, 0.05]) * canvas.size[1]


def _tree(canvas, number, foot, beside, tall):
    canvas.paint(
        _box(canvas, foot - tall / 4, beside, tall / 4, max(0.8, tall / 18)), number("tree"), (90, 65, 45)
    )
    crown = np.hypot(canvas.y - (foot - 0.65 * tall), 1.2 * (canvas.x - beside)) - 0.32 * tall
    crown = crown + 0.05 * tall * canvas.mottled(8)
    canvas.paint(crown, number("tree"), canvas.rng.uniform(0.7, 1.2) * np.array((65, 115, 55)), 0.2)
    canvas.owner[canvas.owner == len(canvas.labels) - 1] -= 1  # trunk and crown are one object
    canvas.labels.pop()


def _pole(canvas, number, foot, beside, tall):
    colour = canvas.rng.uniform(0.7, 1.4) * np.array((110, 110, 115))
    canvas.paint(_box(canvas, foot - tall / 2, beside, tall / 2, max(0.6, tall / 40)), number("pole"), colour)


def _car(canvas, label, foot, middle, tall):
    body = _box(canvas, foot - 0.32 * tall, middle, 0.27 * tall, 0.75 * tall)
    roof = _box(canvas, foot - 0.75 * tall, middle, 0.25 * tall, 0.5 * tall)
    wheels = [
        np.hypot(canvas.y - (foot - 0.12 * tall), canvas.x - middle - side * 0.5 * tall) - 0.14 * tall
        for side in (-1, 1)
    ]
    car = np.minimum.reduce([body, roof, *wheels])
    canvas.paint(car, label, _colour(canvas.rng))
    canvas.cover(_box(canvas, foot - 0.74 * tall, middle, 0.15 * tall, 0.4 * tall), (60, 75, 90))
    canvas.cover(np.minimum(*wheels), (25, 25, 28))


@dataclasses.dataclass
class _Outline:
    """Place (pixels), radius (pixels) and angle of a shape; its methods give distances to its edge."""

    y: float
    x: float
    radius: float
    angle: float

    def disc(self, canvas):
        return np.hypot(canvas.y - self.y, canvas.x - self.x) - self.radius

    def rectangle(self, canvas):
        along, across = self._turned(canvas)
        flat = 0.5 + 0.4 * np.cos(7 * self.angle) ** 2  # ratio of the sides, 0.5 to 0.9
        return np.maximum(np.abs(along) - self.radius, np.abs(across) - flat * self.radius)

    def triangle(self, canvas):
        along, across = self._turned(canvas)
        slanted = 0.5 * along + np.sqrt(0.75) * np.abs(across)
        return np.maximum(slanted, -along) - 0.62 * self.radius

    def _turned(self, canvas):
        down, right = canvas.y - self.y, canvas.x - self.x
        cos, sin = np.cos(self.angle), np.sin(self.angle)
        return cos * right + sin * down, cos * down - sin * right


def _line(canvas):
    outline = _Outline(*(canvas.rng.uniform(0, 1, 2) * canvas.size), 0, canvas.rng.uniform(0, np.pi))
    return np.abs(outline._turned(canvas)[0]) - canvas.rng.uniform(0.4, 1.0)


def _box(canvas, y, x, half_height, half_width):
    return np.maximum(np.abs(canvas.y - y) - half_height, np.abs(canvas.x - x) - half_width)


def _colour(rng, low=40, high=230):
    return rng.uniform(low, high, 3)


_SCENES = {"shapes": _shapes, "streets": _streets}
