"""Makes kit's own Keras classes known to Keras, so that plain `load_model` finds them."""

import importlib
import pkgutil


def register():
    """Registers every loss, metric, optimizer, schedule and layer of kit with Keras.

    Call it before `keras.models.load_model` opens a file that holds one of them.

    Example:
        >>> kit.register()
        >>> import keras
        >>> keras.saving.get_registered_object("kit>Scaled").__name__
        'Scaled'
    """
    from kit import flat_adam, match, metrics, muon, schedules  # noqa: F401

    match.table()
    metrics.names()
    schedules.names()
    register_layers()


def register_layers():
    """Registers the layers of kit's own: enough to open a saved network."""
    from kit import blocks, places, regions  # noqa: F401

    for module in pkgutil.iter_modules(blocks.__path__):
        importlib.import_module(f"kit.blocks.{module.name}")
