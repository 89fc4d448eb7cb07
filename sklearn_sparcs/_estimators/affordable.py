"""Data as second-order growth takes them, or no growth where they are too large."""

from dataclasses import replace

from .._checks.warned import warn_user
from .._growth.path import PathOptions
from .._problems.task import Task
from .solvers import LARGEST_TABLE, MOST_INPUTS, affords_second_order


def afforded(task: Task, options: PathOptions) -> tuple[Task, PathOptions]:
    """The task as an array and its options; or as it is, and those of linear paths.

    Warns
    -----
    UserWarning
        If growth was asked for, and the data are too large for it.
    """
    n_samples, n_features = task.X.shape
    n_inputs = n_features + options.units.bias
    if affords_second_order(n_samples, n_inputs):
        return task.dense(), options
    if options.sizes:
        warn_user(
            f"X of {n_samples} samples and {n_inputs} inputs is too large for "
            f"second-order growth (at most {LARGEST_TABLE} numbers and {MOST_INPUTS} "
            "inputs): only the linear model is fitted. Select or project features, for "
            "example by TruncatedSVD, or use SparcsRegressor or SparcsClassifier, "
            'whose solver="first_order" grows by epochs.',
            UserWarning,
        )
    return task, replace(options, grows=False)
