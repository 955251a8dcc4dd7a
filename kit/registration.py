"""Makes kit's own Keras classes known to Keras, so that plain `load_model` finds them."""


def register():
    """Registers every loss, metric, schedule and layer of kit with Keras.

    Call it before `keras.models.load_model` opens a file that holds one of them.

    Example:
        >>> kit.register()
        >>> import keras
        >>> keras.saving.get_registered_object("kit>Scaled").__name__
        'Scaled'
    """
    from kit import backbones, match, metrics, schedules

    match.table()
    metrics.names()
    schedules.names()
    backbones.names()
