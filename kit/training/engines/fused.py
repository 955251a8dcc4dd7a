"""Batch normalisation as one operation, in steps that TensorFlow trains. It is imported for that operation.

Keras computes mean, variance and what follows in a dozen operations, each of which reads the maps again:
a tenth to a fifth of a step of a U-Net on two cores. The numbers are the same but for rounding.
"""

import contextlib
import functools

import keras
import tensorflow as tf


@contextlib.contextmanager
def fused(model):
    """What is traced inside the block normalises batches by TensorFlow's fused operation.

    Args:
        model: a Keras model; its layers are as before when the block ends.
    """
    layers = [each for each in model._flatten_layers() if _fits(each)]
    for layer in layers:
        vars(layer)["call"] = functools.partial(_call, layer)  # past Keras, which would track it
    try:
        yield
    finally:
        for layer in layers:
            del vars(layer)["call"]


def _fits(layer):
    is_usual = type(layer) is keras.layers.BatchNormalization and layer.compute_dtype != "float64"
    return is_usual and not (layer.renorm or layer.synchronized)


def _call(layer, inputs, training=None, mask=None):
    """As `keras.layers.BatchNormalization.call` of maps and series whose last axis are channels."""
    rank = len(inputs.shape)
    is_last = layer.axis in (-1, rank - 1)
    if not (training and layer.trainable and mask is None and is_last and rank in (3, 4)):
        return type(layer).call(layer, inputs, training=training, mask=mask)
    x = tf.cast(inputs, tf.float32)  # as Keras does; on processors it is also faster than in bfloat16
    x = x if rank == 4 else tf.expand_dims(x, 2)
    channels, nothing = inputs.shape[-1:], tf.zeros([0])
    outputs, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
        x=x,
        scale=tf.cast(layer.gamma, tf.float32) if layer.scale else tf.ones(channels),
        offset=tf.cast(layer.beta, tf.float32) if layer.center else tf.zeros(channels),
        mean=nothing,
        variance=nothing,
        epsilon=layer.epsilon,
        is_training=True,
    )
    places = tf.cast(tf.reduce_prod(tf.shape(x)[:-1]), tf.float32)
    variance *= tf.maximum(places - 1, 1) / places  # the operation divides by one place less, Keras does not
    for moving, now in ((layer.moving_mean, mean), (layer.moving_variance, variance)):
        moving.assign(moving * layer.momentum + now * (1 - layer.momentum))
    outputs = outputs if rank == 4 else tf.squeeze(outputs, 2)
    return tf.cast(outputs, layer.compute_dtype)
