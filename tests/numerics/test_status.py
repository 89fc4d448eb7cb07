"""A run's end in a word, and what the user is told."""

import pickle

import pytest

from sklearn_sparcs._numerics.status import Status


def test_each_is_its_word():
    words = ["running", "converged", "max_iter", "diverged", "interrupted"]
    assert [str(status) for status in Status] == words
    assert Status("max_iter") is Status.MAX_ITER == "max_iter"
    assert pickle.loads(pickle.dumps(Status.DIVERGED)) is Status.DIVERGED


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (Status.MAX_ITER, "max_iter=7 was reached before the loss settled"),
        (Status.DIVERGED, "stopped being finite"),
        (Status.INTERRUPTED, "interrupted by the user"),
    ],
)
def test_what_the_user_is_warned_with(status, words):
    assert words in status.message.format(max_iter=7)


def test_nothing_is_said_where_nothing_is_amiss():
    assert [s for s in Status if not s.message] == [Status.RUNNING, Status.CONVERGED]
