"""search: hyperparameters of a builder and of its training, tried and ranked."""


def search(
    builder,
    data,
    space=None,
    *,
    trials=None,
    minutes=None,
    algorithm="random",
    objective=None,
    pruning=None,
    folds=1,
    seeds=1,
    seed=0,
    limits=None,
    engine="auto",
    workers=1,
    keep=3,
    disk=None,
    default=False,
    join=False,
    fork=False,
    out=None,
    verbose=1,
    **settings,
):
    """Tries settings of a builder and of its training, and ranks them.

    The search lives in a folder. The same call goes on with what is there, also after a kill.

    Args:
        builder: `kit.build_classifier` or its siblings, a function (task, input, **settings) of your own,
            a function (hp) that declares its hyperparameters on KerasTuner's `hp`, or a
            `keras_tuner.HyperModel`; each returns a compiled model.
        data: a `Data` with a validation part.
        space: dict name -> range or choices, see `kit.SearchSpace`; any argument of the builder and of
            `kit.fit` and any field of task and input. None takes `kit.search.default_space`.
        trials: trials of the whole search; None: as many as `minutes` hold, else 30 (grid and hyperband:
            until they are through).
        minutes: wall time after which no trial goes on.
        algorithm: "random", "bayesian", "hyperband", "grid", or an oracle of KerasTuner's.
        objective: metric of the validation part to rank by, or a list of several, of which the first ranks.
            None takes the one that fits the task.
        pruning: "median" or "halving" stops trials that fall behind, None none.
        folds: parts of the training and validation samples that take turns as validation.
        seeds: how often each trial is trained; the score is the mean.
        seed: of suggestions, weights, order and augmentation.
        limits: largest "parameters" and "latency" (milliseconds of one prediction) of a model.
        engine: "inline" trains in this process, "process" in others, "ray" in actors of a Ray cluster,
            "vectorized" many dense networks in one program; "auto" chooses and says why.
        workers: processes or actors that train at once.
        keep: trials whose weights are kept.
        disk: megabytes that the folder may hold; what is too much is dropped, states of trials on a
            rung first, then weights, the worst trials first. None for no limit.
        default: whether the builder's own settings are tried first, to compare with.
        join: take part in a search that another process drives.
        fork: begin a new search where the folder holds another.
        out: folder; None takes runs/search-<data>.
        verbose: 0 says nothing, 1 a line a trial on stderr.
        settings: what is the same in all trials: arguments of the builder and of `kit.fit`.

    Returns:
        A `SearchResult`.

    Raises:
        KitError: if the space, the objective or a setting is not one of these data; all faults at once.
        SearchStateError: if the folder holds another search, is damaged, or in use.

    Example:
        >>> data = kit.load_data("wine")
        >>> found = kit.search(
        ...     kit.build_classifier, data, {"learning_rate": (1e-3, 1e-1, "log"), "epochs": [1, 2]},
        ...     trials=3, engine="inline", out=folder / "search", verbose=0,
        ... )
        >>> len(found.leaderboard), found.best["status"]
        (3, 'completed')
    """
    from kit.search import setup

    ranked = {"objective": objective, "pruning": pruning, "folds": folds, "seeds": seeds, "limits": limits}
    asked = setup.Asked(builder, data, space, algorithm, seed, settings, **ranked)
    place = setup.folder_of(out, data.name, fork)
    way = setup.Way(trials, minutes, engine, workers, keep, disk, default, join, bool(verbose))
    return setup.run(asked, place, way)
