"""Cross-validation chooses alpha and depth: the stages of ``fit``.

Every fold follows a path of its own along the same alphas, warm from one to the next.
Depth is paid for in rounds, as in a plain fit: first the last hidden layer alone may
grow, then the last two, and so on while the best mean score rises.
"""

from numbers import Integral, Real
from typing import Any, ClassVar, NamedTuple

import numpy as np
from sklearn.base import is_classifier
from sklearn.metrics import check_scoring, get_scorer_names
from sklearn.model_selection import check_cv
from sklearn.utils import indexable
from sklearn.utils.parallel import Parallel, delayed

from .._data.features import as_rows
from .._data.samples import usable_weight
from .._direct.architecture import Architecture
from .._direct.form import DirectForm
from .._direct.stability import hidden_share, stability
from .._growth.path import Leader, PathFit, PathPoint, path_alphas
from .._growth.pruning import prune
from .._growth.recipe import Recipe
from .._networks.checks import checked_layer_sizes
from .._sklearn import Interval, StrOptions
from .._training.device import resolve_device
from .._training.epochs import evaluate
from .._training.penalty import SparseGroupPenalty
from .._training.problem import Problem, Units
from .._training.randomness import own_random_state
from .._training.solver import Snapshot
from .._training.task import Task
from .base import BaseSparcs
from .folds import Fold, FoldPath, Judge, examine, follow_fold
from .found_path import SparcsPath, checked_alphas, recorded
from .result import Result
from .spectral import Spectral
from .transaction import unchanged, unchanged_on_failure

#: Samples that a network is looked at on: at most so many, or so many a feature if
#: that is more.
_N_SEEN, _N_SEEN_PER_FEATURE = 2000, 10

#: Parameters of the plain estimators that a path has too.
_SHARED = (
    "hidden_layer_sizes",
    "l1_ratio",
    "depth_factor",
    "min_significance",
    "activation",
    "fit_intercept",
    "standardize",
    "clip",
    "batch_size",
    "max_iter",
    "shuffle",
    "prune_tol",
    "device",
    "random_state",
)


class Point(NamedTuple):
    """A depth, from 1, and the number of an alpha."""

    depth: int
    alpha: int


class BaseSparcsCV(Spectral):
    """Stages of ``fit``, shared. Not for use by itself."""

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **{name: BaseSparcs._parameter_constraints[name] for name in _SHARED},
        "learning_rate_init": [Interval(Real, 0, None, closed="neither")],
        "n_alphas": [Interval(Integral, 1, None, closed="left")],
        "eps": [Interval(Real, 0, 1, closed="neither")],
        "alphas": ["array-like", None],
        "cv": ["cv_object"],
        "scoring": [StrOptions(set(get_scorer_names())), callable, None],
        "selection": [StrOptions({"best", "1se"})],
        "n_jobs": [Integral, None],
    }

    def path(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        X_val: Any = None,
        y_val: Any = None,
    ) -> SparcsPath:
        """Follow the path over these data, every layer open, without choosing.

        The estimator is left as it is.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        sample_weight : array-like of shape (n_samples,), optional
        X_val, y_val : array-like, optional
            Validation data, for the path's ``valid_loss``.

        Returns
        -------
        SparcsPath

        Raises
        ------
        ValueError
            For data or parameters that cannot be used; the message says why.
        """
        self._validate_params()
        if (X_val is None) != (y_val is None):
            raise ValueError("X_val and y_val must be given together.")
        own_alphas = None if self.alphas is None else checked_alphas(self.alphas)
        with unchanged(self):
            leader, valid = self._leader(), None
            problem = leader.problem(self._task(X, y, sample_weight, fresh=True))
            if X_val is not None:
                valid = problem.data_of(self._task(X_val, y_val, None, fresh=False))
            layers, state = leader.recipe.layers, own_random_state(self.random_state)
            fit = leader.begun(problem, layers, state)
            alphas = self._grid(fit) if own_alphas is None else own_alphas
            return recorded(fit, alphas, self._as_compact, valid)[0]

    def _fit(self, X: Any, y: Any, sample_weight: Any, groups: Any) -> Any:
        """From the user's data to fitted attributes."""
        own_alphas = None if self.alphas is None else checked_alphas(self.alphas)
        with unchanged_on_failure(self):
            leader, state = self._leader(), own_random_state(self.random_state)
            task = self._task(X, y, sample_weight, fresh=True)
            problem, layers = leader.problem(task), leader.recipe.layers
            begun = leader.begun(problem, layers, state)
            self.alphas_ = self._grid(begun) if own_alphas is None else own_alphas
            folds = self._folds(task, leader, y, sample_weight, groups, state)
            rounds = self._cross_validate(folds, layers)
            one_se, chosen = self._choose(rounds)
            forms = self._examine(folds, rounds, chosen, layers)
            whole = self._refit(problem, leader, one_se, chosen, state)
            self._adopt(Result.of(problem, whole.solver.network, state))
            self._describe(task.X, forms, state)
        return self

    # -- stages ------------------------------------------------------------------------

    def _leader(self) -> Leader:
        """What the parameters mean."""
        recipe = Recipe(
            checked_layer_sizes(self.hidden_layer_sizes),
            SparseGroupPenalty(np.inf, self.l1_ratio, self.depth_factor),
            self.activation,
            self.learning_rate_init,
            self.batch_size,
            self.shuffle,
            self.min_significance,
        )
        units = Units(
            resolve_device(self.device), self.fit_intercept, self.standardize, self.clip
        )
        return Leader(recipe, units, self.max_iter)

    def _grid(self, begun: PathFit) -> np.ndarray:
        return path_alphas(begun.alpha_max, self.n_alphas, self.eps)

    def _folds(
        self,
        task: Task,
        leader: Leader,
        y: Any,
        sample_weight: Any,
        groups: Any,
        state: np.random.RandomState,
    ) -> list[Fold]:
        """Splits of the task, each with a seed of its own.

        The classes are those of the whole task, so a fold may lack one.
        """
        y = as_rows(y)
        splitter = check_cv(self.cv, y, classifier=is_classifier(self))
        X, y, groups = indexable(task.X, y, groups)
        weight = usable_weight(sample_weight, X)
        judge = Judge(
            check_scoring(self, scoring=self.scoring), self._as_compact, X, y, weight
        )
        splits = list(splitter.split(X, y, groups))
        drawn = state.randint(np.iinfo(np.int32).max, size=len(splits))
        return [
            Fold(task, train, test, int(seed), leader, judge)
            for (train, test), seed in zip(splits, drawn, strict=True)
        ]

    def _cross_validate(self, folds: list[Fold], layers: range) -> list[list[FoldPath]]:
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
            scores.append(np.array([path.scores for path in rounds[-1]]).T)
            best = [_ranked(found).max() for found in scores]
            if not np.isfinite(best[0]):
                raise ValueError(
                    f"scoring={self.scoring!r} gave no finite score in some fold at "
                    "any alpha; use larger test parts, or a score that is defined on "
                    'them, such as "neg_mean_squared_error".'
                )
            if depth > 1 and best[-1] <= best[-2]:
                break
        self.cv_scores_path_ = np.array(scores)
        self.cv_architectures_path_ = [
            [path.architectures for path in paths] for paths in rounds
        ]
        return rounds

    def _choose(self, rounds: list[list[FoldPath]]) -> tuple[Point, Point]:
        """The simplest network within a standard error of the best; and the choice."""
        mean, n_folds = _ranked(self.cv_scores_path_), len(rounds[0])
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

    def _examine(
        self,
        folds: list[Fold],
        rounds: list[list[FoldPath]],
        chosen: Point,
        layers: range,
    ) -> list[DirectForm]:
        """The folds' networks at the choice; sets ``relaxation_gain_``."""
        found = Parallel(n_jobs=self.n_jobs)(
            delayed(examine)(
                fold,
                path.snapshots[chosen.alpha],
                layers[-chosen.depth :],
            )
            for fold, path in zip(folds, rounds[chosen.depth - 1], strict=True)
        )
        forms, gains = zip(*found, strict=True)
        self.relaxation_gain_ = float(np.mean(gains))
        self.fold_architectures_ = [Architecture.of(form) for form in forms]
        return list(forms)

    def _refit(
        self,
        problem: Problem,
        leader: Leader,
        one_se: Point,
        chosen: Point,
        state: np.random.RandomState,
    ) -> PathFit:
        """The path over all the data to the choice; the simplest network besides."""

        def led_to(point: Point) -> tuple[PathFit, SparcsPath, list[PathPoint]]:
            layers, alphas = leader.recipe.layers, self.alphas_[: point.alpha + 1]
            fit = leader.begun(problem, layers[-point.depth :], state)
            return (fit, *recorded(fit, alphas, self._as_compact))

        whole, self.path_, points = led_to(chosen)
        if one_se.depth == chosen.depth and one_se.alpha <= chosen.alpha:
            simplest = points[one_se.alpha].snapshot
        else:
            simplest = led_to(one_se)[2][-1].snapshot
        found = self._relaxed_if_it_pays(whole, points[-1])
        self.alpha_max_ = whole.alpha_max
        self.n_iter_, self.loss_curve_ = len(points), self.path_.train_loss.tolist()
        self.estimator_1se_ = self._pruned(whole, simplest)
        self.linear_suffices_ = self.estimator_1se_.active_architecture_.is_linear
        self.pruned_estimator_ = self._pruned(whole, found)
        whole.restore(found)
        return whole

    def _relaxed_if_it_pays(self, whole: PathFit, point: PathPoint) -> Snapshot:
        """The chosen network, trained on without a penalty where the folds gain."""
        whole.restore(point.snapshot)
        whole.settle()
        if self.relaxation_gain_ > 0 and whole.solver.n_live() > 0:
            whole.relax()
        return whole.solver.snapshot()

    def _pruned(self, whole: PathFit, snapshot: Snapshot) -> Any:
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
        return self._as_compact(whole.form(), relaxed)

    def _describe(
        self, X: Any, forms: list[DirectForm], state: np.random.RandomState
    ) -> None:
        """Say what the hidden neurons do, and what of them comes back in the folds."""
        n_seen = max(_N_SEEN, _N_SEEN_PER_FEATURE * X.shape[1])
        seen = X[np.sort(state.permutation(X.shape[0])[:n_seen])]
        self.hidden_share_ = hidden_share(self.direct_form_, seen)
        self.neuron_stability_ = stability(self.direct_form_, forms, seen)
        n_layers = len(self.active_architecture_.hidden_layers)
        as_deep = [len(a.hidden_layers) == n_layers for a in self.fold_architectures_]
        self.depth_stability_ = float(np.mean(as_deep))

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


def _ranked(scores: np.ndarray) -> np.ndarray:
    """Mean scores over folds; any that is not finite is worse than all others."""
    mean = scores.mean(axis=-1)
    return np.where(np.isfinite(mean), mean, -np.inf)
