"""Our estimators under the names of scikit-learn's, and nothing else.

Parameters and attributes are called what scikit-learn calls them. What has no
counterpart here (momentum, the ℓ₁ norm of coefficients …) is taken and not heard.
"""

import copy
from typing import Any

import numpy as np

from sklearn_sparcs import (
    SparcsClassifier,
    SparcsRegressor,
    SparcsRegressorCV,
    sparcs_path,
)


class _Adapted:
    """Parameters are ours, whatever a constructor takes."""

    @classmethod
    def _get_param_names(cls):
        ours = next(c for c in cls.__mro__ if c.__module__.startswith("sklearn_sparcs"))
        return ours._get_param_names()

    def __sklearn_clone__(self):
        """A copy: the constructor takes no parameters of ours."""
        return copy.deepcopy(self)


# -- sklearn.neural_network ------------------------------------------------------------

#: Those of an MLP that mean the same here.
_ALIKE = {
    "activation",
    "alpha",
    "batch_size",
    "early_stopping",
    "learning_rate_init",
    "max_iter",
    "n_iter_no_change",
    "random_state",
    "shuffle",
    "tol",
    "validation_fraction",
    "verbose",
    "warm_start",
}
#: A dense network from a random start, at an MLP's default alpha.
_BY_EPOCHS = {"solver": "adam", "init": "xavier", "alpha": 1e-4}
#: Second order stands for L-BFGS.
_SOLVERS = {"lbfgs": {"solver": "growth"}, "sgd": _BY_EPOCHS, "adam": _BY_EPOCHS}
_DEFAULTS = {"max_iter": 200, "tol": 1e-4, "n_iter_no_change": 10}


def _of_mlp(given: dict[str, Any]) -> dict[str, Any]:
    """Our parameters, from an MLP's."""
    alike = {name: given[name] for name in _ALIKE & set(given)}
    return {**_DEFAULTS, **_SOLVERS[given.get("solver", "adam")], **alike}


class _AsMLP(_Adapted):
    """What an MLP shows of itself."""

    @property
    def coefs_(self):
        """Weights from each layer to the next, and none past it."""
        form = self.direct_form_
        return [form.coefs[i, i - 1].T for i in range(2, len(form.layers) + 3)]

    @property
    def intercepts_(self):
        return list(self.direct_form_.intercepts.values())

    @property
    def best_loss_(self):
        return None if self.early_stopping else min(self.loss_curve_)

    @property
    def best_validation_score_(self):
        return max(self.validation_scores_) if self.early_stopping else None


class MLPRegressor(_AsMLP, SparcsRegressor):
    def __init__(self, hidden_layer_sizes=(100,), **given):
        super().__init__(hidden_layer_sizes, **_of_mlp(given))


class MLPClassifier(_AsMLP, SparcsClassifier):
    def __init__(self, hidden_layer_sizes=(100,), **given):
        super().__init__(hidden_layer_sizes, **_of_mlp(given))


# -- sklearn.linear_model --------------------------------------------------------------


class _AsLinear(_Adapted):
    """What a linear model shows of itself: the part beside the neurons."""

    @property
    def coef_(self):
        return self.linear_coef_

    @property
    def intercept_(self):
        form = self.direct_form_
        bias = form.intercepts.get(len(form.layers) + 2, np.zeros(self.n_outputs_))
        return bias[0] if self.linear_coef_.ndim == 1 else bias


class ElasticNet(_AsLinear, SparcsRegressor):
    """Neurons cost what coefficients cost there, and the ridge is the linear part's.

    Twice as much, as half a mean square there is a whole one here.
    """

    def __init__(self, alpha=1.0, *, l1_ratio=0.5, fit_intercept=True, **given):
        l1, ridge = 2 * alpha * l1_ratio, 2 * alpha * (1 - l1_ratio)
        super().__init__(
            (3,) if l1 else (),
            alpha=l1,
            linear_alpha=ridge,
            fit_intercept=fit_intercept,
            standardize=False,
            warm_start=given.get("warm_start", False),
            random_state=0,
        )

    def fit(self, X, y, sample_weight=None, check_input=True):
        return super().fit(X, y, sample_weight)


class Lasso(ElasticNet):
    def __init__(self, alpha=1.0, **given):
        super().__init__(alpha, l1_ratio=1.0, **given)


class MultiTaskElasticNet(ElasticNet):
    pass


class MultiTaskLasso(Lasso):
    pass


class ElasticNetCV(_AsLinear, SparcsRegressorCV):
    """A small network along a short path, whose errors are mean squares."""

    def __init__(self, *, alphas=3, eps=1e-3, cv=None, n_jobs=None, **given):
        grid = {"n_alphas": alphas} if isinstance(alphas, int) else {"alphas": alphas}
        super().__init__(
            (3,),
            **grid,
            eps=eps,
            cv=cv,
            n_jobs=n_jobs,
            scoring="neg_mean_squared_error",
            fit_intercept=given.get("fit_intercept", True),
            activation="relu",
            random_state=0,
        )

    @property
    def mse_path_(self):
        return -self.cv_scores_path_[0]


class LassoCV(ElasticNetCV):
    pass


class MultiTaskElasticNetCV(ElasticNetCV):
    pass


class MultiTaskLassoCV(ElasticNetCV):
    pass


def enet_path(X, y, tol=None, **params):
    """Coefficients of the linear part at each alpha of a path, and no gaps."""
    path = sparcs_path(X, y, hidden_layer_sizes=(3,), random_state=0, **params)
    coefs = [found.linear_coef_ for found in path.estimators]
    return path.alphas, np.stack(coefs, axis=-1), None


lasso_path = enet_path
