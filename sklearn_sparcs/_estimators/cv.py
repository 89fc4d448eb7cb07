"""`SparcsRegressorCV`, `SparcsClassifierCV`: cross-validation chooses alpha and depth.

Every fold follows a path of its own along the same alphas, warm from one to the next.
Depth is paid for in rounds, as in `_search`: first the last hidden layer alone may
grow, then the last two, and so on while the best mean score rises.
"""

from numbers import Integral, Real
from typing import NamedTuple

import numpy as np
from joblib import Parallel, delayed
from sklearn.base import clone, is_classifier
from sklearn.metrics import check_scoring, get_scorer_names
from sklearn.model_selection import check_cv
from sklearn.utils import indexable

from .._data.features import as_rows
from .._direct.form import DirectForm
from .._direct.stability import hidden_share, stability
from .._growth.path import PathFit
from .._growth.pruning import prune
from .._sklearn import Interval, StrOptions, fit_context
from .._training.epochs import evaluate
from .._training.randomness import own_random_state
from .._training.run import Outcome
from .._training.solvers import Snapshot
from .base import Trained
from .classifier import SparcsClassifier
from .folds import Fold, FoldPath, examine, follow_fold
from .path import (
    DEFAULTS,
    OF_ONE_FIT,
    SparcsPath,
    checked_alphas,
    path_alphas,
    recorded,
)
from .regressor import SparcsRegressor
from .targets import ClassificationTargets, RegressionTargets

#: Samples that a network is looked at on, at least so many and so many a feature.
_N_SEEN, _N_SEEN_PER_FEATURE = 2000, 10


class Point(NamedTuple):
    """A depth, from 1, and the number of an alpha."""

    depth: int
    alpha: int


class BaseSparcsCV(Trained):
    """Stages of ``fit``, shared. Not for use by itself."""

    _plain: type

    _parameter_constraints: dict = {
        **{
            name: constraint
            for name, constraint in SparcsRegressor._parameter_constraints.items()
            if name not in OF_ONE_FIT
        },
        "n_alphas": [Interval(Integral, 1, None, closed="left")],
        "eps": [Interval(Real, 0, 1, closed="neither")],
        "alphas": ["array-like", None],
        "cv": ["cv_object"],
        "scoring": [StrOptions(set(get_scorer_names())), callable, None],
        "selection": [StrOptions({"best", "1se"})],
        "n_jobs": [Integral, None],
    }

    def _fit(self, X, y, sample_weight, groups):
        own_alphas = None if self.alphas is None else checked_alphas(self.alphas)
        X, _, _ = self._checked(X, y, sample_weight, resume=False)
        X, y = as_rows(X), np.asarray(y)
        weight = None if sample_weight is None else np.asarray(sample_weight)
        state = own_random_state(self.random_state)
        plain = self._single()
        whole = PathFit(clone(plain), X, y, weight, state)
        if hasattr(self, "feature_names_in_"):
            whole.estimator.feature_names_in_ = self.feature_names_in_
        layers = list(range(len(whole.sizes)))
        self.alphas_ = (
            path_alphas(whole.alpha_max, self.n_alphas, self.eps)
            if own_alphas is None
            else own_alphas
        )
        folds = self._folds(plain, X, y, weight, groups, state)
        rounds = self._cross_validate(folds, layers)
        one_se, chosen = self._choose(rounds)
        models = self._examine(folds, rounds, chosen, layers)
        self._refit(whole, one_se, chosen, layers)
        self._describe(whole, X, models, state)
        return self

    def _single(self):
        """The plain estimator with the parameters that both have."""
        own, names = self.get_params(deep=False), self._plain._get_param_names()
        return self._plain(**{name: own[name] for name in names if name in own})

    def _folds(self, plain, X, y, weight, groups, state) -> list[Fold]:
        splitter = check_cv(self.cv, y, classifier=is_classifier(self))
        scorer = check_scoring(self, scoring=self.scoring)
        X, y, groups = indexable(X, y, groups)
        splits = list(splitter.split(X, y, groups))
        drawn = state.randint(np.iinfo(np.int32).max, size=len(splits))
        return [
            Fold(plain, (X, y, weight), train, test, int(seed), scorer)
            for (train, test), seed in zip(splits, drawn, strict=True)
        ]

    def _cross_validate(self, folds: list[Fold], layers: list[int]):
        """Paths of every fold, deeper ones while they pay; sets ``cv_scores_path_``."""
        rounds: list[list[FoldPath]] = []
        scores: list[np.ndarray] = []
        for depth in range(1, max(len(layers), 1) + 1):
            rounds.append(
                Parallel(n_jobs=self.n_jobs)(
                    delayed(follow_fold)(fold, self.alphas_, layers[-depth:])
                    for fold in folds
                )
            )
            scores.append(_finite([path.scores for path in rounds[-1]]).T)
            means = [found.mean(axis=1).max() for found in scores]
            if depth > 1 and means[-1] <= means[-2]:
                break
        self.cv_scores_path_ = np.array(scores)
        self.cv_architectures_path_ = [
            [path.architectures for path in paths] for paths in rounds
        ]
        return rounds

    def _choose(self, rounds: list[list[FoldPath]]) -> tuple[Point, Point]:
        """The simplest network within a standard error of the best; and the choice."""
        mean, n_folds = self.cv_scores_path_.mean(axis=2), len(rounds[0])
        best = np.unravel_index(mean.argmax(), mean.shape)
        spread = self.cv_scores_path_[best].std(ddof=1) if n_folds > 1 else 0.0
        error = float(spread / np.sqrt(n_folds))
        n_hidden = np.mean(
            [
                [[found.n_hidden for found in path.architectures] for path in paths]
                for paths in rounds
            ],
            axis=1,
        )
        simplest = np.where(mean >= mean[best] - error, n_hidden, np.inf)
        one_se = np.unravel_index(simplest.argmin(), mean.shape)
        at = {"best": best, "1se": one_se}
        points = {name: Point(int(d) + 1, int(k)) for name, (d, k) in at.items()}
        self.depth_, k = points[self.selection]
        self.alpha_ = float(self.alphas_[k])
        self.alpha_1se_ = float(self.alphas_[points["1se"].alpha])
        self.best_score_ = float(mean[best])
        self.best_score_error_ = error
        return points["1se"], points[self.selection]

    def _examine(self, folds, rounds, chosen: Point, layers: list[int]) -> list:
        """The folds' networks at the choice; sets ``relaxation_gain_``."""
        found = Parallel(n_jobs=self.n_jobs)(
            delayed(examine)(
                fold,
                path.snapshots[chosen.alpha],
                layers[-chosen.depth :],
            )
            for fold, path in zip(folds, rounds[chosen.depth - 1], strict=True)
        )
        models, gains = zip(*found, strict=True)
        self.relaxation_gain_ = float(_finite(gains).mean())
        return list(models)

    def _refit(self, whole: PathFit, one_se: Point, chosen: Point, layers) -> None:
        """The path over all the data to the choice; the simplest network besides."""
        snapshots: list[Snapshot] = []

        def path_to(point: Point) -> SparcsPath:
            snapshots.clear()
            whole.restart(layers[-point.depth :])
            return recorded(whole, self.alphas_[: point.alpha + 1], snapshots=snapshots)

        on_the_way = one_se.depth == chosen.depth and one_se.alpha <= chosen.alpha
        if not on_the_way:
            path_to(one_se)
            self.estimator_1se_ = self._pruned(whole, snapshots[-1])
        self.path_ = path_to(chosen)
        if on_the_way:
            solver = whole.solver
            whole.restart(layers[-chosen.depth :])
            self.estimator_1se_ = self._pruned(whole, snapshots[one_se.alpha])
            whole.solver = solver
        self.linear_suffices_ = self.estimator_1se_.active_architecture_.is_linear

    def _pruned(self, whole: PathFit, snapshot: Snapshot):
        """The smaller network that ``prune_tol`` allows, but not a linear model: the
        folds said that one is worse. Relaxed where the folds gain by it."""
        solver = whole.solver
        solver.restore(snapshot)
        if solver.n_live():
            prune(solver, lambda: evaluate(solver, whole.problem.train), self.prune_tol)
        if solver.n_live() == 0:
            solver.restore(snapshot)
        relaxed = self.relaxation_gain_ > 0 and solver.n_live() > 0
        if relaxed:
            whole.relax()
        found = whole.compact()
        found.relaxed_ = relaxed
        return found

    def _describe(self, whole: PathFit, X, models: list, state) -> None:
        """Take over the network, relaxed if that pays, pruned too; say what it does."""
        whole.solver.settle()
        if self.relaxation_gain_ > 0 and whole.solver.n_live() > 0:
            whole.relax()
        history = [
            {"alpha": alpha, "train_loss": loss, "objective": loss, "n_live": n}
            for alpha, loss, n in zip(
                self.path_.alphas,
                self.path_.train_loss,
                self.path_.n_hidden,
                strict=True,
            )
        ]
        outcome = Outcome(whole.solver, history, "converged", 0.0, whole.alpha_max)
        single, found = whole.estimator, whole.solver.snapshot()
        single._keep(whole.problem, outcome, state, resume=False)
        single.pruned_estimator_ = self._pruned(whole, found)
        for name, value in vars(single).items():
            if name.endswith("_") and value is not None:
                setattr(self, name, value)
        self._full_form, self._scaling = single._full_form, single._scaling
        n_seen = max(_N_SEEN, _N_SEEN_PER_FEATURE * X.shape[1])
        seen = X[np.sort(state.permutation(X.shape[0])[:n_seen])]
        self.hidden_share_ = hidden_share(self._full_form, seen)
        self.fold_architectures_ = [m.active_architecture_ for m in models]
        self.neuron_stability_ = stability(
            self._full_form, [model._form() for model in models], seen
        )
        n_layers = len(self.active_architecture_.hidden_layers)
        self.depth_stability_ = float(
            np.mean(
                [len(a.hidden_layers) == n_layers for a in self.fold_architectures_]
            )
        )

    @property
    def verdict_(self) -> str:
        """The answer in words."""
        found = self.estimator_1se_.active_architecture_
        scores = (
            f"best mean score {self.best_score_:.4g} ± {self.best_score_error_:.2g}"
        )
        if self.linear_suffices_:
            return f"A linear model suffices: none is better by more ({scores})."
        return (
            f"A linear model does not suffice: {found.n_hidden} hidden neurons "
            f"({found}) are the fewest within a standard error ({scores}); of the "
            f"chosen network's predictions {self.hidden_share_:.1%} of the variance "
            "is not linear."
        )

    def _form(self) -> DirectForm:
        return self._full_form


def _finite(scores) -> np.ndarray:
    """Scores, those that are not finite worse than any other."""
    scores = np.asarray(scores, dtype=float)
    return np.where(np.isfinite(scores), scores, -1e12)


class SparcsRegressorCV(RegressionTargets, BaseSparcsCV):
    """`SparcsRegressor` along a path of alphas, chosen by cross-validation.

    Answers how much network the data want, from none: every fold begins at least
    squares, and neurons wake as alpha falls.

    Parameters
    ----------
    hidden_layer_sizes : int or array-like of int, default=(100, 100)
        The *largest* network allowed. One layer is tried first, the last, then one
        more at a time while the best mean score rises.
    n_alphas : int, default=50
        Length of the grid, geometric from ``alpha_max`` down.
    eps : float in (0, 1), default=1e-3
        Smallest alpha, as a share of the largest.
    alphas : array-like, optional
        A grid of one's own.
    cv : int, splitter or iterable of splits, default=None
        As everywhere in scikit-learn; None is five folds.
    scoring : str or callable, default=None
        What is best; None is the estimator's own ``score``.
    selection : {"best", "1se"}, default="best"
        The alpha of the best mean score, or the fewest live neurons whose mean score is
        within one standard error of it.
    l1_ratio, depth_factor, activation, fit_intercept, standardize, clip, shuffle
        As in `SparcsRegressor`.
    min_significance : float, default=0.0
        As there; here the folds judge what pays.
    learning_rate_init : float, default=0.003
        Adam's step size.
    batch_size : int or "auto", default="auto"
        Samples a step; "auto" is ``min(200, n_samples)``.
    max_iter : int, default=100
        Most epochs at each alpha. A hundred steps are made, or an epoch if that is
        more.
    prune_tol : float, default=0.05
        Largest relative rise of the loss that ``pruned_estimator_`` may cost.
    n_jobs : int, default=None
        Folds at a time.
    device : str, default="cpu"
    random_state : int, RandomState instance or None, default=None
        Folds get seeds of their own, so that what they share is not the draw's.

    Attributes
    ----------
    alpha_ : float
        The alpha chosen.
    depth_ : int
        How many hidden layers were open.
    alphas_ : ndarray of shape (n_alphas,)
    cv_scores_path_ : ndarray of shape (n_depths, n_alphas, n_folds)
    cv_architectures_path_ : list (depths) of lists (folds) of lists of Architecture
        What was found at every alpha.
    best_score_, best_score_error_ : float
        Best mean score, and its standard error over the folds.
    alpha_1se_ : float
        The alpha of the simplest network within a standard error of the best, and …
    estimator_1se_ : CompactRegressor
        … that network, fitted to all the data, then pruned and trained on as
        ``pruned_estimator_`` is.
    linear_suffices_ : bool
        Whether it is linear.
    hidden_share_ : float
        Share of the prediction's variance that no linear function of the features
        has: what the hidden neurons are there for. Zero for a linear model.
    verdict_ : str
        The same in words.
    path_ : SparcsPath
        The path over all the data, down to ``alpha_``.
    relaxation_gain_ : float
        What training the wiring on without a penalty added to the folds' mean score.
        Where it is positive, that is done: to this network and to the smaller ones.
    pruned_estimator_ : CompactRegressor
        The smaller network that ``prune_tol`` allows, though never a linear model, as
        the folds said that one is worse; trained on without a penalty if that paid in
        the folds, as its ``relaxed_`` says.
    fold_architectures_ : list of Architecture
        What each fold found at ``alpha_``.
    depth_stability_ : float
        Share of them with as many hidden layers as ``active_architecture_``.
    neuron_stability_ : ndarray of shape (n_hidden,)
        For each neuron of ``active_architecture_``, the share of folds in which one
        fires alike: their signals' correlation exceeds 0.9.
    active_architecture_, eigenvalues_, eigenvectors_, alpha_max_, n_outputs_, \
n_features_in_, feature_names_in_
        As in `SparcsRegressor`.
    loss_curve_ : list of float
        Training loss at each alpha.
    n_iter_ : int
        Alphas followed over all the data.

    Examples
    --------
    >>> from sklearn.datasets import make_friedman1
    >>> from sklearn_sparcs import SparcsRegressorCV
    >>> X, y = make_friedman1(300, random_state=0)
    >>> model = SparcsRegressorCV(8, n_alphas=10, cv=3, random_state=0).fit(X, y)
    >>> model.linear_suffices_
    False
    >>> model.depth_
    1
    """

    _plain = SparcsRegressor

    def __init__(
        self,
        hidden_layer_sizes=DEFAULTS["hidden_layer_sizes"],
        *,
        n_alphas=50,
        eps=1e-3,
        alphas=None,
        cv=None,
        scoring=None,
        selection="best",
        l1_ratio=1.0,
        depth_factor=1.0,
        min_significance=DEFAULTS["min_significance"],
        activation="relu",
        fit_intercept=True,
        standardize=True,
        clip=5.0,
        learning_rate_init=DEFAULTS["learning_rate_init"],
        batch_size="auto",
        max_iter=DEFAULTS["max_iter"],
        shuffle=True,
        prune_tol=0.05,
        n_jobs=None,
        device="cpu",
        random_state=None,
    ):
        self.hidden_layer_sizes = hidden_layer_sizes
        self.n_alphas = n_alphas
        self.eps = eps
        self.alphas = alphas
        self.cv = cv
        self.scoring = scoring
        self.selection = selection
        self.l1_ratio = l1_ratio
        self.depth_factor = depth_factor
        self.min_significance = min_significance
        self.activation = activation
        self.fit_intercept = fit_intercept
        self.standardize = standardize
        self.clip = clip
        self.learning_rate_init = learning_rate_init
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.shuffle = shuffle
        self.prune_tol = prune_tol
        self.n_jobs = n_jobs
        self.device = device
        self.random_state = random_state

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y, sample_weight=None, groups=None):
        """Choose on folds, and fit to all the data.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        sample_weight : array-like of shape (n_samples,), optional
            In training and in scores.
        groups : array-like of shape (n_samples,), optional
            For a ``cv`` that keeps groups together.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            For data or parameters that cannot be used; the message says why.
        """
        return self._fit(X, y, sample_weight, groups)


class SparcsClassifierCV(ClassificationTargets, BaseSparcsCV):
    """`SparcsClassifier` along a path of alphas, chosen by cross-validation.

    Answers how much network the data want, from none: every fold begins at logistic
    regression, and neurons wake as alpha falls.

    Parameters
    ----------
    hidden_layer_sizes, n_alphas, eps, alphas, cv, scoring, selection, l1_ratio, \
depth_factor, min_significance, activation, fit_intercept, standardize, clip, \
learning_rate_init, batch_size, max_iter, shuffle, prune_tol, n_jobs, device, \
random_state
        As in `SparcsRegressorCV`.
    class_weight : dict, "balanced" or None, default=None
        Weights of the classes, by label.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
    alpha_, depth_, alphas_, cv_scores_path_, cv_architectures_path_, best_score_, \
best_score_error_, alpha_1se_, estimator_1se_, linear_suffices_, hidden_share_, \
verdict_, path_, relaxation_gain_, pruned_estimator_, fold_architectures_, \
depth_stability_, neuron_stability_
        As in `SparcsRegressorCV`; ``hidden_share_`` is of the network's outputs,
        whose softmax or logistic function the probabilities are.

    Examples
    --------
    >>> from sklearn.datasets import make_moons
    >>> from sklearn_sparcs import SparcsClassifierCV
    >>> X, y = make_moons(300, noise=0.1, random_state=0)
    >>> model = SparcsClassifierCV(8, n_alphas=10, cv=3, random_state=0).fit(X, y)
    >>> model.linear_suffices_
    False
    """

    _plain = SparcsClassifier
    _parameter_constraints = {
        **BaseSparcsCV._parameter_constraints,
        "class_weight": SparcsClassifier._parameter_constraints["class_weight"],
    }

    def __init__(
        self,
        hidden_layer_sizes=DEFAULTS["hidden_layer_sizes"],
        *,
        n_alphas=50,
        eps=1e-3,
        alphas=None,
        cv=None,
        scoring=None,
        selection="best",
        l1_ratio=1.0,
        depth_factor=1.0,
        min_significance=DEFAULTS["min_significance"],
        activation="relu",
        fit_intercept=True,
        standardize=True,
        clip=5.0,
        learning_rate_init=DEFAULTS["learning_rate_init"],
        batch_size="auto",
        max_iter=DEFAULTS["max_iter"],
        shuffle=True,
        prune_tol=0.05,
        class_weight=None,
        n_jobs=None,
        device="cpu",
        random_state=None,
    ):
        self.hidden_layer_sizes = hidden_layer_sizes
        self.n_alphas = n_alphas
        self.eps = eps
        self.alphas = alphas
        self.cv = cv
        self.scoring = scoring
        self.selection = selection
        self.l1_ratio = l1_ratio
        self.depth_factor = depth_factor
        self.min_significance = min_significance
        self.activation = activation
        self.fit_intercept = fit_intercept
        self.standardize = standardize
        self.clip = clip
        self.learning_rate_init = learning_rate_init
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.shuffle = shuffle
        self.prune_tol = prune_tol
        self.class_weight = class_weight
        self.n_jobs = n_jobs
        self.device = device
        self.random_state = random_state

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y, sample_weight=None, groups=None):
        """Choose on folds, and fit to all the data.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_labels)
        sample_weight : array-like of shape (n_samples,), optional
            In training and in scores.
        groups : array-like of shape (n_samples,), optional
            For a ``cv`` that keeps groups together.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            For data or parameters that cannot be used; the message says why.
        """
        return self._fit(X, y, sample_weight, groups)
