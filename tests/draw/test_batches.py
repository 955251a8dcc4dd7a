import numpy as np

from kit import draw


def test_losses_stand_over_the_samples_seen_in_epochs():
    ways = {4: np.arange(14.0).reshape(7, 2), 10: np.arange(6.0).reshape(3, 2)}
    picture = draw.batch_paths(lambda x, y: x + y + 1, ways, samples=10, x=(-1, 14), y=(-1, 14))
    small, large, losses = picture.axes
    assert (
        small.get_title(loc="left") == "batch of 4: 6 steps"
        and large.get_title(loc="left") == "batch of 10: 2 steps"
    )
    x, y = losses.lines[0].get_data()  # batches of 4, 4 and 2 in each of two epochs
    np.testing.assert_allclose(x, [0, 0.4, 0.8, 1, 1.4, 1.8, 2])
    np.testing.assert_allclose(y, [2, 6, 10, 14, 18, 22, 26])
    np.testing.assert_allclose(losses.lines[1].get_xdata(), [0, 1, 2])
    draw.png(picture)
