"""Which average precision do the same images give in the same minutes: kit, kyolo, Ultralytics?

    python -m tests.benchmarks.bench_detection DATA --minutes 5
    taskset -c 0 python -m tests.benchmarks.bench_detection DATA --minutes 6 --clock cpu --seeds 0 1 2
    python -m tests.benchmarks.bench_detection DATA --speed

Every side starts from random weights, sees images of the same size and ends by the clock; its boxes on
the test part are measured by the same function, which equals COCO's (tests/evaluation). With `--clock cpu`
the clock of each side is the CPU time of its process, so that other work on the machine costs nobody a
minute; bound to one core, no side pays for threads that wait. Sides:

- kit: `kit.plan` and `kit.fit`
- kyolo: yolo11n, its loss, Adam of 1e-3 as in its README, on the images as kit varies them (needs kyolo)
- ultralytics: yolo11n from its yaml, its own recipe with `time` as the limit, no validation on the way
  (needs ultralytics; AGPL-3.0, here to be compared with and nothing else)
- kit-rcnn, torchvision: Faster R-CNN, kit's tiny one and torchvision's smallest (MobileNetV3 with FPN), with
  SGD and flips as in its reference recipe; only if named by `--only` (needs torchvision, whose RoIAlign in
  Python is taken where its wheel is for another torch)

`--speed`, by either clock, times a prediction with decoding and suppression beside the bare forward
pass, and the average precision beside pycocotools (needs pycocotools).
"""

import dataclasses
import os
import tempfile
import time
from pathlib import Path

import numpy as np

from tests.benchmarks import timing
from tests.benchmarks.bench_segmentation import torchvision_operators

LEAST, OVERLAP, MOST = 0.001, 0.6, 100
CANDIDATES = 80  # boxes of an image that reach the score: of a trained detector about ten an object


def with_kit(data, minutes, seed):
    """Trains by the plan; -> function (samples) -> detections of each image."""
    import keras

    import kit

    keras.utils.set_random_seed(seed)
    plan = kit.plan(data, minutes=minutes, seed=seed)
    model = kit.build(data.task, data.input, **plan.builder)
    kit.fit(model, data, verbose=0, seed=seed, **plan.fit)
    return lambda samples: kit.evaluate(model, samples, resamples=0).outcome.detections


def with_kit_rcnn(data, minutes, seed):
    """Faster R-CNN as `build_detector` makes it; -> function (samples) -> detections of each image."""
    import keras

    import kit

    keras.utils.set_random_seed(seed)
    model = kit.build(data.task, data.input, architecture="faster_rcnn")
    kit.fit(model, data, verbose=0, seed=seed, minutes=minutes, patience=0)
    return lambda samples: kit.evaluate(model, samples, resamples=0).outcome.detections


def with_kyolo(data, minutes, seed):
    """Its detector by `train_on_batch`, on kit's varied images in 0 to 1."""
    import keras
    from kyolo.losses import YOLODetectionLoss
    from kyolo.models import yolo11n
    from kyolo.postprocessing import YOLOPostprocessor
    from kyolo.training import YOLODetector

    from kit.training import arrays

    keras.utils.set_random_seed(seed)
    classes, size = len(data.task.classes), data.input.size
    body = yolo11n(nc=classes, input_shape=(*size, 3))
    loss = YOLODetectionLoss(nc=classes, reg_max=body.reg_max, strides=body.strides)
    detector = YOLODetector(body, loss=loss)
    detector.compile(optimizer=keras.optimizers.Adam(1e-3))
    feed = arrays.varying(data, data.train, seed=seed, augment="auto")
    began, epoch = time.monotonic(), 0
    while time.monotonic() - began < 60 * minutes:
        x, y = feed.epoch(epoch)
        for start in range(0, len(x) - feed.batch_size + 1, feed.batch_size):
            rows = feed.order(epoch)[start : start + feed.batch_size]
            real = y[rows][..., 4] >= 0
            boxes = np.where(real[..., None], y[rows][..., :4], 0)
            labels = np.where(real, y[rows][..., 4], 0).astype("int32")
            targets = {"boxes": boxes, "labels": labels, "mask": real.astype("float32")}
            detector.train_on_batch(x[rows].astype("float32") / 255, targets)
            if time.monotonic() - began >= 60 * minutes:
                break
        epoch += 1

    def detections(samples):
        x, _ = samples.arrays()
        limits = {"conf_threshold": LEAST, "iou_threshold": OVERLAP, "max_detections": MOST}
        decode = YOLOPostprocessor(nc=classes, reg_max=body.reg_max, strides=body.strides, **limits)
        rows = keras.ops.convert_to_numpy(decode(body.predict(x.astype("float32") / 255, verbose=0)))
        found = []
        for each, size in zip(rows, samples.sizes, strict=True):
            real = each[each[:, 4] >= LEAST]
            boxes = data.input.frame(size).outward(real[:, :4])
            found.append({"boxes": boxes, "scores": real[:, 4], "labels": real[:, 5].astype(int)})
        return found

    return detections


def with_ultralytics(data, minutes, seed):
    """Its own reader, varying and recipe, on the same images written as YOLO files."""
    operators = torchvision_operators()
    os.environ["YOLO_OFFLINE"] = "True"
    import torchvision
    from ultralytics import YOLO
    from ultralytics.utils.nms import TorchNMS

    assert operators
    torchvision.ops.nms = TorchNMS.nms  # its own, for where torchvision's wheel is for another torch
    folder = Path(tempfile.mkdtemp())
    side = max(data.input.size)
    model = YOLO("yolo11n.yaml")
    model.train(
        data=str(as_yolo(data, folder)),
        imgsz=side,
        time=minutes / 60,
        batch=8,
        device="cpu",
        workers=0,
        pretrained=False,
        val=False,
        plots=False,
        seed=seed,
        project=str(folder / "runs"),
        verbose=False,
    )

    def detections(samples):
        found = []
        for path in samples.inputs:
            how = {"imgsz": side, "conf": LEAST, "iou": OVERLAP, "max_det": MOST, "device": "cpu"}
            boxes = model.predict(str(path), verbose=False, **how)[0].boxes
            columns = (boxes.xyxy, boxes.conf, boxes.cls)
            corners, scores, labels = (column.numpy() for column in columns)
            found.append({"boxes": corners, "scores": scores, "labels": labels.astype(int)})
        return found

    return detections


def with_torchvision(data, minutes, seed):
    """Its detector by SGD with momentum, batches of 4, flips, the rate falling in two steps by the clock."""
    operators = torchvision_operators()
    import torch
    import torchvision
    from ultralytics.utils.nms import TorchNMS

    assert operators
    torchvision.ops.boxes.nms = lambda *given: TorchNMS.nms(*given)
    torchvision.ops.boxes._batched_nms_coordinate_trick.__globals__["nms"] = TorchNMS.nms
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    height, width = data.input.size
    model = torchvision.models.detection.fasterrcnn_mobilenet_v3_large_320_fpn(
        weights=None,
        weights_backbone=None,
        num_classes=len(data.task.classes) + 1,
        min_size=min(height, width),
        max_size=max(height, width),
        box_score_thresh=LEAST,
        box_nms_thresh=OVERLAP,
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=1e-4)
    x, y = data.train.arrays()
    began = time.monotonic()
    while (spent := (time.monotonic() - began) / (60 * minutes)) < 1:
        rows = rng.choice(len(x), 4, replace=False)
        images, targets = [], []
        for image, boxes in zip(x[rows], y[rows], strict=True):
            boxes = boxes[boxes[:, 4] >= 0].copy()
            if rng.random() < 0.5:
                image, boxes[:, [0, 2]] = image[:, ::-1], width - boxes[:, [2, 0]]
            images.append(torch.tensor(np.ascontiguousarray(image).transpose(2, 0, 1) / 255).float())
            labels = torch.tensor(boxes[:, 4] + 1).long()
            targets.append({"boxes": torch.tensor(boxes[:, :4]).float(), "labels": labels})
        warm = min(1.0, spent / 0.02)
        for group in optimizer.param_groups:
            group["lr"] = 0.01 * warm * (0.1 if spent > 0.6 else 1) * (0.1 if spent > 0.85 else 1)
        loss = sum(model(images, targets).values())
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 10.0)
        optimizer.step()
    model.eval()

    def detections(samples):
        found, (x, _) = [], samples.arrays()
        with torch.no_grad():
            for image, size in zip(x, samples.sizes, strict=True):
                each = model([torch.tensor(image.transpose(2, 0, 1) / 255).float()])[0]
                boxes, scores, labels = (each[name].numpy() for name in ("boxes", "scores", "labels"))
                boxes = data.input.frame(size).outward(boxes)
                found.append({"boxes": boxes, "scores": scores, "labels": labels - 1})
        return found

    return detections


def as_yolo(data, folder):
    """Writes images and boxes as Ultralytics reads them; -> the path of data.yaml."""
    from kit.artifact.boxes import as_yolo as text_of

    for name, part in (("train", data.train), ("val", data.validation)):
        (folder / "images" / name).mkdir(parents=True)
        (folder / "labels" / name).mkdir(parents=True)
        for path, label, size in zip(part.inputs, part.labels, part.sizes, strict=True):
            path = Path(path).absolute()
            (folder / "images" / name / path.name).symlink_to(path)
            text = text_of((*label, None), size, data.task.classes)
            (folder / "labels" / name / f"{path.stem}.txt").write_text(text)
    names = "".join(f"  {number}: {name}\n" for number, name in enumerate(data.task.classes))
    parts = f"path: {folder}\ntrain: images/train\nval: images/val\n"
    (folder / "data.yaml").write_text(f"{parts}names:\n{names}")
    return folder / "data.yaml"


ONE_STAGE = {"kit": with_kit, "kyolo": with_kyolo, "ultralytics": with_ultralytics}
SIDES = {**ONE_STAGE, "kit-rcnn": with_kit_rcnn, "torchvision": with_torchvision}


def measured(data, detections):
    """map_50 and map_50_95 on the test part, in pixels of the images as found."""
    from kit.evaluation.average_precision import average_precision

    number = {name: index for index, name in enumerate(data.task.classes)}
    truths = [
        {"boxes": boxes.astype("float64"), "labels": np.array([number[name] for name in names], int)}
        for boxes, names in data.test.labels
    ]
    found = average_precision(truths, detections(data.test), len(number)).metrics()
    return found["map_50"], found["map_50_95"]


def speed(data, repeats):
    """Rows: a prediction beside its forward pass; the average precision beside pycocotools."""
    import keras

    import kit
    from kit.artifact import Predictor
    from kit.artifact.runtime import compiled

    keras.utils.set_random_seed(0)
    model = kit.build(data.task, data.input)
    kit.fit(model, data, epochs=3, verbose=0)
    x, _ = data.test.arrays()
    forward = compiled(model)
    image, few = x[0], x[:8]
    scores = np.sort(forward(few.astype("float32"))[..., 4:].reshape(len(few), -1), axis=1)
    least = float(scores[:, -CANDIDATES].mean())  # as few epochs say nothing surely
    model.kit = dataclasses.replace(model.kit, task=dataclasses.replace(model.kit.task, score=least))
    predictor = Predictor(model)
    said = np.mean([len(each.labels) for each in predictor(few)])
    print(f"{CANDIDATES} candidates and {said:.0f} boxes an image, of {scores.shape[1]} scores.")
    predictor(image), forward(image[None]), predictor(few), forward(few)
    for name, batch in (("one image", image[None]), ("a batch of 8", few)):
        sides = timing.turns(
            10 * repeats,
            lambda batch=batch: timing.timed(predictor, batch),
            lambda batch=batch: timing.timed(forward, batch.astype("float32")),
        )
        yield timing.row(f"{name}, decided, beside the forward pass", *sides)
    yield timing.row("average precision, beside pycocotools", *timing.turns(repeats, *precision_sides()))


def precision_sides(images=364, seed=0):
    """Two functions -> seconds: kit's and pycocotools' average precision of the same boxes."""
    import contextlib
    import io

    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    from kit.evaluation.average_precision import average_precision

    rng = np.random.default_rng(seed)
    truths, detections = [], []
    for _ in range(images):
        corners, sides = rng.uniform(0, 400, (13, 2)), rng.uniform(20, 120, (13, 2))
        truth = {"boxes": np.concatenate([corners, corners + sides], 1), "labels": rng.integers(0, 3, 13)}
        near = np.tile(truth["boxes"], (5, 1)) + rng.normal(0, 15, (65, 4))
        near[:, 2:] = np.maximum(near[:, 2:], near[:, :2] + 1)
        labels = np.tile(truth["labels"], 5)
        truths.append(truth)
        detections.append({"boxes": near, "labels": labels, "scores": rng.random(65)})

    def as_entries(pairs, scored):
        for image, each in enumerate(pairs):
            for row, (x1, y1, x2, y2) in enumerate(each["boxes"].tolist()):
                box = {"image_id": image + 1, "category_id": int(each["labels"][row]) + 1}
                box |= {"bbox": [x1, y1, x2 - x1, y2 - y1], "area": (x2 - x1) * (y2 - y1), "iscrowd": 0}
                yield box | ({"score": float(each["scores"][row])} if scored else {})

    given = [{**entry, "id": number} for number, entry in enumerate(as_entries(truths, False), 1)]
    results = list(as_entries(detections, True))

    def kits():
        return timing.timed(average_precision, truths, detections, 3)

    def cocos():
        with contextlib.redirect_stdout(io.StringIO()):
            coco = COCO()
            coco.dataset = {
                "images": [{"id": number + 1} for number in range(images)],
                "categories": [{"id": number} for number in (1, 2, 3)],
                "annotations": given,
            }
            coco.createIndex()
            judge = COCOeval(coco, coco.loadRes(results), "bbox")
            began = time.perf_counter()
            judge.evaluate()
            judge.accumulate()
        return time.perf_counter() - began

    return kits, cocos


def main():
    """Runs what the command line asks for."""
    import kit

    parser = timing.arguments(__doc__, repeats=3)
    parser.add_argument("data", metavar="DATA", help="folder of images and boxes, or shapes")
    timing.add_race(parser, SIDES, ONE_STAGE)
    parser.add_argument("--speed", action="store_true", help="time predictions and measuring instead")
    args = parser.parse_args()
    data = kit.load_data(args.data, task="detection", on_bad="skip")
    timing.set_clock(args.clock)
    if args.speed:
        timing.show(speed(data, args.repeats))
        return
    timing.race(args, data, SIDES, measured, ("map_50", "map_50_95"))


if __name__ == "__main__":
    main()
