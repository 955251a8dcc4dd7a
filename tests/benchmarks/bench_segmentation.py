"""Which mean IoU does the same data give in the same minutes: kit, plain Keras, medicai, torch?

    python -m tests.benchmarks.bench_segmentation DATA --minutes 5
    taskset -c 0 python -m tests.benchmarks.bench_segmentation DATA --classes 12 --void 11 --clock cpu
    python -m tests.benchmarks.bench_segmentation DATA --speed
    python -m tests.benchmarks.bench_segmentation DATA --formats --seeds 0 1 2

Every side gets the patches that kit cuts and varies, so that the network, its loss and its recipe make the
difference; all end by the clock, which with `--clock cpu` is the CPU time of the process, start from random
weights, and predict whole test images, padded to a multiple of 32. The mean IoU is counted by scikit-learn's
confusion matrix. Sides:

- kit: `kit.plan` and `kit.fit`
- keras: the residual U-Net of separable convolutions of Keras' tutorial "Image segmentation with a
  U-Net-like architecture", Adam of 1e-4 and crossentropy, as there
- medicai: its UNet and its Dice-CE loss, Adam of 1e-3 (needs medicai)
- torch: segmentation_models.pytorch's Unet on resnet34, its Dice loss and Adam of 2e-4 with a cosine
  as in its CamVid example (needs segmentation-models-pytorch)

`--speed` times one step and one prediction of kit's U-Net, trained by `kit.fit`'s engine in float32 and in
the format that it chooses here, by `model.fit`, and by a bare compiled loop. `--formats` trains it for 16
epochs in each of both, to see whether the faster one costs any quality.
"""

import os
import time

import numpy as np

from tests.benchmarks import timing

STRIDE = 32


def loaded(args):
    """The data, with the settings of the command line."""
    import kit

    task = kit.Segmentation(args.classes, void=args.void) if args.classes else None
    return kit.load_data(args.data, task=task)


def feed_of(data, seed=0):
    """kit's patches of the training part."""
    from kit.data import patches
    from kit.training import plan

    x, y = data.train.arrays()
    policy = patches.policy(data.input, data.task, y)
    size = plan.patch([each.shape[:2] for each in y])
    return patches.Patches(x, y, size=size, task=data.task, policy=policy, seed=seed)


def batches(feed, size=4):
    """(x float32 0 to 255, y) of each step, epoch after epoch."""
    epoch = 0
    while True:
        x, y = feed.epoch(epoch)
        order = feed.order(epoch)
        for start in range(0, len(order) - size + 1, size):
            rows = order[start : start + size]
            yield x[rows].astype("float32"), y[rows].astype("int32")
        epoch += 1


def with_kit(data, minutes, seed):
    """Trains by the plan; -> function (image) -> mask."""
    import keras

    import kit
    from kit.artifact import Predictor

    keras.utils.set_random_seed(seed)
    plan = kit.plan(data, minutes=minutes, seed=seed)
    model = kit.build(data.task, data.input, **plan.builder)
    kit.fit(model, data, verbose=0, seed=seed, **plan.fit)
    predictor = Predictor(model)
    return lambda image: predictor(image).mask


def with_keras(data, minutes, seed):
    """The network of Keras' tutorial, by `train_on_batch`."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(seed)
    channels, classes = data.input.channels, len(data.task.classes)
    inputs = keras.Input((None, None, channels))
    x = layers.Rescaling(1 / 255)(inputs)
    x = layers.Conv2D(32, 3, strides=2, padding="same")(x)
    x = layers.Activation("relu")(layers.BatchNormalization()(x))
    before = x
    for filters in (64, 128, 256):
        for _ in range(2):
            x = layers.SeparableConv2D(filters, 3, padding="same")(layers.Activation("relu")(x))
            x = layers.BatchNormalization()(x)
        x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
        before = x = layers.add([x, layers.Conv2D(filters, 1, strides=2, padding="same")(before)])
    for filters in (256, 128, 64, 32):
        for _ in range(2):
            x = layers.Conv2DTranspose(filters, 3, padding="same")(layers.Activation("relu")(x))
            x = layers.BatchNormalization()(x)
        x = layers.UpSampling2D(2)(x)
        residual = layers.Conv2D(filters, 1, padding="same")(layers.UpSampling2D(2)(before))
        before = x = layers.add([x, residual])
    model = keras.Model(inputs, layers.Conv2D(classes, 3, activation="softmax", padding="same")(x))
    loss = keras.losses.SparseCategoricalCrossentropy(ignore_class=255)
    model.compile(keras.optimizers.Adam(1e-4), loss)
    return _by_the_clock(model, data, minutes, seed, lambda y: y)


def with_medicai(data, minutes, seed):
    """medicai's UNet and Dice-CE loss."""
    import keras
    from medicai.losses import SparseDiceCELoss
    from medicai.models import UNet

    keras.utils.set_random_seed(seed)
    classes = len(data.task.classes)

    def of(height, width):
        shape = (height, width, data.input.channels)
        return UNet(
            input_shape=shape,
            encoder_name="resnet18",
            num_classes=classes,
            classifier_activation="softmax",
        )

    model = of(*feed_of(data).size)
    loss = SparseDiceCELoss(from_logits=False, num_classes=classes)
    model.compile(keras.optimizers.Adam(1e-3), loss)
    _by_the_clock(model, data, minutes, seed, lambda y: np.where(y == 255, 0, y)[..., None])
    known = {}

    def predicted(x):
        if x.shape not in known:
            known[x.shape] = of(*x.shape[1:3])
            known[x.shape].set_weights(model.get_weights())
        return np.asarray(known[x.shape].predict_on_batch(x))[0].argmax(-1)

    return lambda image: padded(image, predicted)


def _by_the_clock(model, data, minutes, seed, coded):
    """Trains a compiled Keras model until the time is up; -> function (image) -> mask."""
    until, steps = time.monotonic() + 60 * minutes, batches(feed_of(data, seed))
    while time.monotonic() < until:
        x, y = next(steps)
        model.train_on_batch(x, coded(y))
    return lambda image: padded(image, lambda x: np.asarray(model.predict_on_batch(x))[0].argmax(-1))


def with_torch(data, minutes, seed):
    """segmentation_models.pytorch's Unet, as its CamVid example trains it."""
    import torch

    operators = torchvision_operators()
    import segmentation_models_pytorch as smp

    assert operators
    torch.manual_seed(seed)
    torch.set_num_threads(len(os.sched_getaffinity(0)))  # one where it is bound to one core
    classes = len(data.task.classes)
    model = smp.Unet("resnet34", encoder_weights=None, in_channels=data.input.channels, classes=classes)
    loss = smp.losses.DiceLoss(smp.losses.MULTICLASS_MODE, from_logits=True, ignore_index=255)
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-4)
    began, steps = time.monotonic(), batches(feed_of(data, seed))
    model.train()
    while (share := (time.monotonic() - began) / (60 * minutes)) < 1:
        for group in optimizer.param_groups:
            group["lr"] = 1e-5 + (2e-4 - 1e-5) * 0.5 * (1 + np.cos(np.pi * share))
        x, y = next(steps)
        optimizer.zero_grad()
        outputs = model(torch.from_numpy(x.transpose(0, 3, 1, 2) / 255.0))
        loss(outputs, torch.from_numpy(y).long()).backward()
        optimizer.step()
    model.eval()

    def predicted(x):
        with torch.no_grad():
            return model(torch.from_numpy(x.transpose(0, 3, 1, 2) / 255.0))[0].argmax(0).numpy()

    return lambda image: padded(image, predicted)


def torchvision_operators():
    """What torchvision looks for when it is imported and lacks where its wheel is for another torch.

    Segmentation calls none of them.
    """
    import importlib.util

    import torch

    library = torch.library.Library("torchvision", "FRAGMENT")
    if importlib.util.find_spec("torchvision") and not hasattr(torch.ops.torchvision, "nms"):
        library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    return library


def padded(image, predict):
    """The mask of an image whose sides are filled up to a multiple of 32 by its border."""
    height, width = image.shape[:2]
    margins = [(0, -side % STRIDE) for side in (height, width)]
    x = np.pad(image, [*margins, (0, 0)], mode="edge")[None].astype("float32")
    return predict(x)[:height, :width]


def mean_iou(data, mask_of):
    """(mean IoU over the test part,) by scikit-learn's confusion matrix."""
    from sklearn.metrics import confusion_matrix

    classes = len(data.task.classes)
    counts = np.zeros((classes, classes))
    for image, label in zip(data.test.encoded, data.task.encode(data.test.labels), strict=True):
        known = label != 255
        counts += confusion_matrix(label[known], mask_of(image)[known], labels=range(classes))
    union = counts.sum(0) + counts.sum(1) - np.diag(counts)
    return (float(np.mean(np.diag(counts)[union > 0] / union[union > 0])),)


SIDES = {"kit": with_kit, "keras": with_keras, "medicai": with_medicai, "torch": with_torch}


def speed(data, repeats):
    """Rows: one training step and one prediction of the same U-Net in several hands."""
    import keras

    import kit
    from kit.artifact import Predictor
    from kit.training import engines, precision

    keras.utils.set_random_seed(0)
    model = kit.build_segmenter(data.task, data.input, width=16, depth=3)
    feed = feed_of(data)
    x, y = feed.epoch(0)
    engine = engines.get(keras.backend.backend())(model, 4)
    on_device = engine.on_device((x, y))
    low, name = lowered(model), precision.chosen("auto", model, 4)[0]
    order = feed.order(0)[: len(x) // 4 * 4].reshape(-1, 4)
    bare = bare_step(model)

    def lower():
        return timing.timed(lambda: low.train(on_device, order))

    def plain():
        return timing.timed(lambda: model.fit(x, y, batch_size=4, shuffle=False, verbose=0))

    def own():
        return timing.timed(lambda: engine.train(on_device, order))

    def loop():
        return timing.timed(lambda: [bare(x[rows], y[rows]) for rows in order])

    plain(), own(), loop(), lower()  # traced
    chosen, mine, keras_, bare_ = timing.turns(repeats, lower, own, plain, loop)
    steps = f"training, {len(order)} steps"
    yield timing.row(f"{steps}, {name}, beside model.fit in float32", chosen, keras_)
    yield timing.row(f"{steps}, float32, beside model.fit", mine, keras_)
    yield timing.row(f"{steps}, float32, beside the bare step", mine, bare_)
    predictor, image = Predictor(model), data.test.encoded[0]
    model.predict(image[None], verbose=0), predictor(image)
    sides = timing.turns(
        repeats,
        lambda: timing.timed(lambda: predictor(image)),
        lambda: timing.timed(lambda: model.predict(image[None], verbose=0)),
    )
    yield timing.row("one image, beside model.predict", *sides)


def lowered(model):
    """An engine traced in the number format that `kit.fit` takes here: it is read while tracing."""
    import keras

    import kit
    from kit.training import engines, precision

    twin = kit.build_segmenter(model.kit.task, model.kit.input, width=16, depth=3)
    name = precision.chosen("auto", twin, 4)[0]
    engine = engines.get(keras.backend.backend())(twin, 4)
    train = engine.train

    def traced(arrays, order):
        with precision.lowered(twin, name):
            return train(arrays, order)

    engine.train = traced
    return engine


def formats(data, seeds, epochs=16):
    """Rows: seed, mean IoU in float32 and in the format that `kit.fit` takes here, their difference."""
    import keras

    import kit
    from kit.artifact import Predictor

    for seed in seeds:
        found = []
        for precision in ("float32", "auto"):
            keras.utils.set_random_seed(seed)
            model = kit.build_segmenter(data.task, data.input, width=16, depth=3)
            kit.fit(model, data, epochs=epochs, seed=seed, precision=precision, patience=0, verbose=0)
            predictor = Predictor(model)
            found += mean_iou(data, lambda image, predictor=predictor: predictor(image).mask)
        yield (str(seed), *(f"{value:.4f}" for value in found), f"{found[1] - found[0]:+.4f}")


def bare_step(model):
    """Forward, backward and update as one compiled function, and nothing else."""
    import tensorflow as tf

    @tf.function(reduce_retracing=True)
    def step(x, y):
        with tf.GradientTape() as tape:
            loss = model.compute_loss(x=x, y=y, y_pred=model(x, training=True))
        gradients = tape.gradient(loss, model.trainable_weights)
        model.optimizer.apply_gradients(zip(gradients, model.trainable_weights, strict=True))
        return loss

    return step


def main():
    """Runs what the command line asks for."""
    parser = timing.arguments(__doc__, repeats=3)
    parser.add_argument("data", metavar="DATA", help="folder of images and masks")
    timing.add_race(parser, SIDES)
    parser.add_argument("--classes", type=int, help="values of the masks, void included")
    parser.add_argument("--void", type=int, help="value of pixels that are of no class")
    parser.add_argument("--speed", action="store_true", help="time steps and predictions instead")
    parser.add_argument("--formats", action="store_true", help="compare number formats instead")
    args = parser.parse_args()
    data = loaded(args)
    timing.set_clock(args.clock)
    if args.speed:
        timing.show(speed(data, args.repeats))
        return
    if args.formats:
        timing.show(formats(data, args.seeds), head=("seed", "float32", "chosen", "difference"))
        return
    timing.race(args, data, SIDES, mean_iou, ("mean_iou",))


if __name__ == "__main__":
    main()
