"""scikit-learn's own checks, and its tools, on kit's estimators."""

import numpy as np
import pytest
from sklearn.datasets import make_blobs
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import estimator_checks

SAMPLE = (
    "check_estimators_unfitted",
    "check_no_attributes_set_in_init",
    "check_n_features_in_after_fitting",
    "check_dict_unchanged",
    "check_estimators_pickle",
    "check_fit2d_1sample",
)
EITHER = pytest.mark.parametrize("kind", ["classifier", "regressor"])


@EITHER
@pytest.mark.parametrize("check", SAMPLE)
def test_a_sample_of_scikit_learns_checks_passes(kind, check, request):
    estimator = request.getfixturevalue(kind).set_params(epochs=1)
    getattr(estimator_checks, check)(type(estimator).__name__, estimator)


@EITHER
@pytest.mark.large
@pytest.mark.filterwarnings("ignore")  # scikit-learn says which checks do not apply
def test_every_check_of_scikit_learn_passes(kind, request):
    estimator_checks.check_estimator(request.getfixturevalue(kind))


@pytest.mark.large
def test_a_grid_search_over_a_pipeline_finds_the_setting_that_learns(classifier):
    X, y = make_blobs(60, centers=2, cluster_std=0.5, random_state=0)
    pipeline = make_pipeline(StandardScaler(), classifier)
    grid = {"kitclassifier__learning_rate": [1e-9, 0.05]}
    search = GridSearchCV(pipeline, grid, cv=2).fit(X, y)
    assert search.best_params_ == {"kitclassifier__learning_rate": 0.05}
    assert search.score(X, y) > 0.9


def test_cross_validation_scores_a_regressor_by_r2(regressor):
    X = np.random.default_rng(0).normal(size=(80, 2))
    scores = cross_val_score(regressor, X, 1e4 * X[:, 0], cv=2)
    assert len(scores) == 2 and min(scores) > 0.5
