"""What may stand in the configuration of a saved network: an allow-list, as plain data.

Keras resolves any class that it exports from a file; every entry here was judged to do
nothing but arithmetic when it is built. A new layer of Keras is one word more.
"""


def names(text):
    """The words of a text, as a set."""
    return frozenset(text.split())


LAYERS = names(
    """
    Activation ActivityRegularization Add AlphaDropout Average AveragePooling1D AveragePooling2D
    BatchNormalization Concatenate Conv1D Conv2D Conv2DTranspose Cropping1D Cropping2D Dense
    DepthwiseConv1D DepthwiseConv2D Dot Dropout ELU EinsumDense Embedding Flatten GRU GaussianDropout
    GaussianNoise GlobalAveragePooling1D GlobalAveragePooling2D GlobalMaxPooling1D GlobalMaxPooling2D
    GroupNormalization Identity InputLayer LSTM LayerNormalization LeakyReLU Masking MaxPooling1D
    MaxPooling2D Maximum Minimum MultiHeadAttention Multiply PReLU Permute ReLU RepeatVector Rescaling Reshape
    SeparableConv1D SeparableConv2D Softmax SpatialDropout1D SpatialDropout2D Subtract
    UnitNormalization UpSampling1D UpSampling2D ZeroPadding1D ZeroPadding2D
    """
)
INITIALIZERS = names(
    """
    Constant GlorotNormal GlorotUniform HeNormal HeUniform LecunNormal LecunUniform Ones Orthogonal
    OrthogonalInitializer RandomNormal RandomUniform TruncatedNormal VarianceScaling Zeros
    """
)
REGULARIZERS = names(
    """
    L1 L2 L1L2 OrthogonalRegularizer
    """
)
CONSTRAINTS = names(
    """
    MaxNorm MinMaxNorm NonNeg UnitNorm
    """
)
NN_OPS = names(
    """
    Celu Elu Gelu HardSigmoid HardSilu LeakyRelu LogSigmoid LogSoftmax OneHot Relu Relu6 Selu
    Sigmoid Silu Softmax Softplus Softsign
    """
)
NUMPY_OPS = names(
    """
    Absolute Abs Add Clip Concatenate Cos Cumsum Divide Equal Exp ExpandDims Expm1 Floor GetItem Greater
    GreaterEqual Isfinite Isnan Less LessEqual Log Log1p LogicalAnd LogicalNot LogicalOr Max Maximum
    Mean Min Minimum Mod Multiply NanToNum Negative NotEqual OnesLike Power Reshape Round Sign Sin Split Sqrt
    Square Squeeze Stack Subtract Sum Take Tanh Transpose TrueDivide Where ZerosLike
    """
)

# Keras writes the module under which it exports a class, and its own folder for the rest.
CLASSES = {
    "keras.layers": LAYERS,
    "keras.initializers": INITIALIZERS,
    "keras.regularizers": REGULARIZERS,
    "keras.constraints": CONSTRAINTS,
    "keras": frozenset({"DTypePolicy", "Sequential"}),
    "keras.src.models.functional": frozenset({"Functional"}),
    "keras.src.ops.core": frozenset({"Cast"}),
    "keras.src.ops.nn": NN_OPS,
    "keras.src.ops.numpy": NUMPY_OPS,
}
VALUES = frozenset({"__keras_tensor__", "__slice__", "__ellipsis__", "__numpy__", "__tensor__"})
KIT_PACKAGES = (
    "kit.blocks.",
    "kit.backbones.",
    "kit.decoders.",
    "kit.places",
    "kit.regions",
)  # layers of kit's own


def refusal(part):
    """Why this part of a configuration must not be built, or None where it may be.

    Args:
        part: a dict that has a "class_name".

    Example:
        >>> refusal({"module": "keras.layers", "class_name": "Dense", "registered_name": None})
        >>> refusal({"module": "keras.layers", "class_name": "Lambda"})
        'keras.layers.Lambda is not on the list of known layers'
    """
    name, module = part["class_name"], part.get("module")
    if not isinstance(name, str) or not isinstance(module, str | None):
        return f"a class that is named {str(name)[:60]!r} in {str(module)[:60]!r}"
    if name in VALUES and module is None:
        return _refused_value(part)
    if name in CLASSES.get(module, ()):
        allowed = (None, name)
    elif module is not None and module.startswith(KIT_PACKAGES):
        allowed = (f"kit>{name}",)
    else:
        return f"{module}.{name} is not on the list of known layers"
    if part.get("registered_name") not in allowed:
        return f"{module}.{name} is registered as {str(part.get('registered_name'))[:60]!r}"
    return "it carries how to compile it" if part.get("compile_config") else None


def _refused_value(part):
    value = part.get("config") or {}
    if part["class_name"] not in ("__numpy__", "__tensor__"):
        return None
    kind = str(value.get("dtype") if isinstance(value, dict) else value).rstrip("0123456789")
    return None if kind in ("float", "bfloat", "int", "uint", "bool") else f"a constant of type {kind[:60]}"
