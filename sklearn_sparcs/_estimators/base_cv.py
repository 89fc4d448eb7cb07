"""Stages of ``fit`` that the cross-validated estimators share.

Every fold follows paths of its own along the same alphas, warm from one to the next
(`cross_validation`). The choice is refitted to all the data.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from sklearn.base import is_classifier
from sklearn.metrics import check_scoring, get_scorer_names
from sklearn.model_selection import check_cv
from sklearn.utils import indexable
from sklearn.utils.metadata_routing import UNUSED, MetadataRouter, MethodMapping
from sklearn.utils.validation import check_is_fitted
from tqdm.auto import tqdm

from .._activations import ACTIVATIONS
from .._checks.full_layers import warn_of_full_layers
from .._checks.labels import plain_labels
from .._checks.warned import warn_user
from .._data.features import as_rows
from .._data.samples import Samples, usable_weight
from .._data.shared_samples import SharedSamples
from .._data.tensors import as_array
from .._direct.form import DirectForm
from .._direct.stability import hidden_share, stability
from .._fitted.encoding import ClassEncoding
from .._fitted.result import Result
from .._growth.linear_test import linear_p_value
from .._growth.path import Path, PathOptions, path_alphas
from .._growth.path_point import PathPoint
from .._growth.prior import EVEN
from .._growth.temperature import cooled
from .._losses.bridge import BridgePenalty
from .._networks.checks import checked_layer_sizes
from .._networks.live import LiveNetwork
from .._numerics.device import resolve_device
from .._numerics.library_defaults import library_defaults
from .._numerics.randomness import own_random_state, seeds
from .._numerics.threads import suitable_threads
from .._problems.problem import Problem, Units
from .._problems.task import Task
from .._selection.choice import Choice, Point, choose, standard_error
from .._selection.chosen_clip import with_cross_validated_clip
from .._selection.completion import (
    calibrated,
    completed,
    grown_out,
    left_out,
    without_idle_neurons,
)
from .._selection.cross_validation import CrossValidation, refuse_undefined
from .._selection.folds import Fold, Part
from .._selection.local_fold import LocalJudge, LocalPart
from .._selection.race import EVIDENT, Curve, is_ahead
from .._selection.splits import checked_splits
from .._sklearn import (
    Interval,
    StrOptions,
    declines_weights,
    takes_weights,
    told_of_classes,
)
from .affordable import afforded
from .base import BaseSparcs
from .fit_callbacks import FollowedByCallbacks
from .found_path import SparcsPath, checked_alphas, recorded
from .spectral import Spectral, given_strength
from .transaction import atomic, leaving_no_trace
from .verdict import Scores, verdict

#: Samples that a network is looked at on: at most so many, or so many a feature if
#: that is more.
_N_SEEN, _N_SEEN_PER_FEATURE = 2000, 10

#: Activations among which the folds choose where the choice is theirs.
_TRIED = ("relu", "tanh")

#: Parameters of the plain estimators that a path has too.
_SHARED = (
    "hidden_layer_sizes",
    "linear_alpha",
    "hidden_alpha",
    "l1_ratio",
    "depth_factor",
    "fit_intercept",
    "standardize",
    "clip",
    "hidden_clip",
    "prune_tol",
    "device",
    "random_state",
    "verbose",
)

#: Standard errors that the choice may cost, by name.
_SLACK = {"best": 0.0, "1se": 1.0}


#: Relative rise of the loss for which neurons of the network chosen go. A path gathers
#: neurons that later ones replace: trained again, half of them do as well.
_IDLE = 0.01


class BaseSparcsCV(FollowedByCallbacks, Spectral):
    """Stages of ``fit``, shared. Not for use by itself."""

    cv: Any
    selection: Any

    #: Groups are the splitter's, which says whether it asks for them.
    __metadata_request__fit: ClassVar[dict[str, str]] = {"groups": UNUSED}

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **{name: BaseSparcs._parameter_constraints[name] for name in _SHARED},
        "activation": [StrOptions({"auto", *ACTIVATIONS})],
        "n_alphas": [Interval(Integral, 1, None, closed="left")],
        "eps": [Interval(Real, 0, 1, closed="neither")],
        "alphas": ["array-like", None],
        "cv": ["cv_object"],
        "scoring": [StrOptions(set(get_scorer_names())), callable, None],
        "selection": [StrOptions(set(_SLACK)), Interval(Real, 0, None, closed="left")],
        "n_jobs": [Integral, None],
    }

    def get_metadata_routing(self) -> MetadataRouter:
        """Tell scikit-learn that ``cv`` is a consumer of what is given to ``fit``.

        Returns
        -------
        MetadataRouter
        """
        splitter = check_cv(self.cv, classifier=is_classifier(self))
        splits = MethodMapping().add(caller="fit", callee="split")
        router = MetadataRouter(owner=self).add_self_request(self)
        return router.add(splitter=splitter, method_mapping=splits)

    def path(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        X_val: Any = None,
        y_val: Any = None,
    ) -> SparcsPath:
        """Follow the path over all the data, without cross-validation.

        All hidden layers may have neurons from the start. The estimator is not changed.

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
        return self._path_here(X, y, sample_weight, X_val, y_val)

    @leaving_no_trace
    def _path_here(
        self, X: Any, y: Any, sample_weight: Any, X_val: Any, y_val: Any
    ) -> SparcsPath:
        with library_defaults():
            task = self._task(X, y, sample_weight, fresh=True)
            task, options = afforded(task, self._path_options())
            self.encoding_ = self._encoding_of(task.y, task.weight)
            with suitable_threads(task.n_entries):
                return self._path(LocalPart(task), options, X_val, y_val)

    def _fit(self, X: Any, y: Any, sample_weight: Any, groups: Any) -> Any:
        """Fit to the user's data: check, split, cross-validate, refit, record."""
        sizes = self._learn_here(X, y, sample_weight, groups)
        warn_of_full_layers(self.direct_form_, sizes)
        return self

    @atomic
    def _learn_here(
        self, X: Any, y: Any, sample_weight: Any, groups: Any
    ) -> tuple[int, ...]:
        """Fit without warnings, and return the sizes of the layers."""
        own_alphas = None if self.alphas is None else checked_alphas(self.alphas)
        with library_defaults():
            options, state = self._path_options(), own_random_state(self.random_state)
            task = self._task(X, y, sample_weight, fresh=True)
            task, options = afforded(task, options)
            folds = self._folds(task, options, y, sample_weight, groups, state)
            self.encoding_ = self._encoding_of(task.y, task.weight)
            with suitable_threads(task.n_entries):
                self._learn(LocalPart(task), folds, options, state, own_alphas)
        return options.sizes

    # -- stages ------------------------------------------------------------------------

    def _path(
        self, whole: Part, options: PathOptions, X_val: Any, y_val: Any
    ) -> SparcsPath:
        """The path over all the data, wherever they are."""
        if (X_val is None) != (y_val is None):
            raise ValueError("X_val and y_val must be given together.")
        own_alphas = None if self.alphas is None else checked_alphas(self.alphas)
        problem, valid = whole.problem(options), None
        if X_val is not None:
            valid = problem.data_of(self._task(X_val, y_val, None, fresh=False))
        (seed,) = seeds(own_random_state(self.random_state), 1)
        fit = options.begun(problem, self._activations()[0], options.layers, seed)
        alphas = self._grid([fit]) if own_alphas is None else own_alphas
        as_compact = partial(self._as_compact, samples=whole.samples())
        with self._progress(len(alphas)) as advanced:
            return recorded(fit, alphas, as_compact, valid, advanced)[0]

    def _learn(
        self,
        whole: Part,
        folds: list[Fold],
        options: PathOptions,
        state: np.random.RandomState,
        own_alphas: np.ndarray | None,
    ) -> None:
        """Select on folds and refit to all the data, in memory or shared."""
        whole.refuse_extremes(options)  # a fold without them would be scored on them
        self._grew = options.grows
        refuse_undefined(folds[0].linear_score(options), self.scoring)
        constant = np.array([fold.constant_score(self.encoding_) for fold in folds])
        options, folds = self._clipped(whole, options, folds)
        problem, samples = whole.problem(options), whole.samples()
        self.linear_alpha_, self.hidden_alpha_ = problem.linear_alpha, options.prior
        curves, choice = self._selected(problem, options, folds, state, own_alphas)
        self._keep_choice(curves, choice, constant)
        as_compact = partial(self._as_compact, samples=samples)
        network = self._refit(problem, options, curves, choice, state, as_compact)
        sizes, factor = options.sizes, self.depth_factor
        self._adopt(Result.of_live(problem, network, sizes, factor, state), samples)
        grew = any(network.n_live)
        self._record_loss(problem.loss, choice.temperature if grew else 1.0)
        self._record_uncertainty(problem, options, folds, curves, choice.chosen)
        self._describe(samples, curves, choice.chosen, state)

    def _clipped(
        self, whole: Part, options: PathOptions, folds: list[Fold]
    ) -> tuple[PathOptions, list[Fold]]:
        """Options and folds, once ``clip="auto"`` is decided."""
        if self.clip == "auto":
            given = whole.columns(), folds, options, self.n_jobs
            options = with_cross_validated_clip(*given)
            folds = [replace(fold, options=options) for fold in folds]
        self.clip_ = options.units.clip
        return options, folds

    def _selected(
        self,
        problem: Problem,
        options: PathOptions,
        folds: list[Fold],
        state: np.random.RandomState,
        own_alphas: np.ndarray | None,
    ) -> tuple[list[Curve], Choice]:
        """The curves over the folds, and what was chosen of them."""
        tried = CrossValidation(folds, options, self._activations(), self.n_jobs)
        paths, begun = self._whole(problem, options, state), tried.begun()
        fits = [*paths, *(path.fit for curve in begun for path in curve.paths)]
        self.alphas_ = self._grid(fits) if own_alphas is None else own_alphas
        with self._progress(tried.most_paths * len(self.alphas_)) as advanced:
            curves = tried.curves(begun, self.alphas_, advanced)
        refuse_undefined(max(curve.means.max() for curve in curves), self.scoring)
        self._keep_curves(curves)
        significance = max(path.significance for path in paths)
        choice = choose(curves, self._slack, significance)
        choice = grown_out(choice, folds, curves, self.n_jobs)
        if is_classifier(self):
            decides = bool(self._slack) and self.scoring is None
            choice = calibrated(choice, problem, folds, curves, decides)
        return curves, choice

    @property
    def _slack(self) -> float:
        """Standard errors of score that a smaller network may lose."""
        named = isinstance(self.selection, str)
        return _SLACK[self.selection] if named else float(self.selection)

    def _activations(self) -> tuple[str, ...]:
        return _TRIED if self.activation == "auto" else (self.activation,)

    def _path_options(self) -> PathOptions:
        """Options of paths from the parameters, before ``clip="auto"`` is decided."""
        return PathOptions(
            checked_layer_sizes(self.hidden_layer_sizes),
            BridgePenalty(np.inf, self.l1_ratio, self.depth_factor),
            Units(
                resolve_device(self.device),
                self.fit_intercept,
                self.standardize,
                None if self.clip == "auto" or not self.standardize else self.clip,
                self.hidden_clip,
            ),
            given_strength(self.linear_alpha),
            self._smooths,
            prior=given_strength(self.hidden_alpha) or EVEN,
        )

    @contextmanager
    def _progress(self, total: int) -> Iterator[Any]:
        """A progress bar and callbacks, and a function that advances both."""
        unseen = not self.verbose or sys.stderr is None
        bar = tqdm(total=total, disable=unseen, desc="alphas")
        with bar, self._stage("alphas", total) as tell:

            def advanced(n: int) -> None:
                bar.update(n)
                tell(n)

            yield advanced

    def _whole(
        self, problem: Problem, options: PathOptions, state: np.random.RandomState
    ) -> list[Path]:
        """Paths over all the data, at their beginning, where alpha_max is known.

        Their significance decides whether there is anything to find; folds skip it.
        """
        (seed,) = seeds(state, 1)
        options = replace(options, min_significance=EVIDENT)
        return [
            options.begun(problem, activation, options.layers, seed)
            for activation in self._activations()
        ]

    def _grid(self, begun: list[Path]) -> np.ndarray:
        """Alphas of the path: at the first, all that have begun are linear."""
        alpha_max = max(fit.alpha_max for fit in begun)
        return path_alphas(alpha_max, self.n_alphas, self.eps)

    def _folds(
        self,
        task: Task,
        options: PathOptions,
        y: Any,
        sample_weight: Any,
        groups: Any,
        state: np.random.RandomState,
    ) -> list[Fold]:
        """Splits of the task, each with a seed of its own.

        The classes are those of the whole task, so a fold may lack one.
        """
        y, groups = as_rows(plain_labels(y)), as_array(groups)
        splitter = check_cv(self.cv, y, classifier=is_classifier(self))
        X, y, groups = indexable(task.X, y, groups)
        weight = usable_weight(sample_weight, X)
        scorer = self._scorer()
        splits = checked_splits(splitter.split(X, y, groups), y.shape[0], weight)
        scored_on = X, y, self._weight_of_scores(scorer, weight)
        by_probabilities = is_classifier(self) and self.scoring is not None

        def fold(train: np.ndarray, test: np.ndarray, seed: int) -> Fold:
            as_compact = self._compact_after(task, train)
            judge = LocalJudge(scorer, as_compact, *scored_on, test, by_probabilities)
            given = LocalPart(task, train), judge, LocalPart(task, test)
            return Fold(*given, seed, options)

        own = seeds(state, len(splits))
        return [fold(*split, seed) for split, seed in zip(splits, own, strict=True)]

    def _scorer(self) -> Callable[..., float]:
        """The scorer of folds, which may lack classes of the whole task."""
        scorer, encoding = check_scoring(self, scoring=self.scoring), self.encoding_
        if not isinstance(encoding, ClassEncoding) or encoding.multilabel:
            return scorer
        return told_of_classes(scorer, encoding.classes)

    def _weight_of_scores(
        self, scorer: Callable[..., float], weight: np.ndarray | None
    ) -> np.ndarray | None:
        """The weights of samples that scores count: all, or none.

        Warns
        -----
        UserWarning
            If there are weights that scores cannot count.
        """
        if self.scoring is not None and declines_weights(scorer):
            return None
        if weight is None or takes_weights(scorer):
            return weight
        warn_user(
            f"scoring={self.scoring!r} takes no sample_weight: folds are trained "
            "on weighted samples, and judged on unweighted ones.",
            UserWarning,
        )
        return None

    def _compact_after(
        self, task: Task, rows: np.ndarray
    ) -> Callable[[DirectForm], Any]:
        """Makes estimators of networks that have seen the targets of these rows."""
        weight = None if task.weight is None else task.weight[rows]
        encoding = self._encoding_of(task.y[rows], weight)
        # rows of folds are arrays, without names
        return partial(self._as_compact, encoding=encoding, named=False)

    def _keep_curves(self, curves: list[Curve]) -> None:
        """Record scores and architectures of all curves as attributes."""
        scores = np.full((len(curves), len(self.alphas_), len(curves[0].paths)), np.nan)
        for k, curve in enumerate(curves):
            scores[k, : len(curve.scores)] = curve.scores
        self.cv_scores_path_ = scores
        self.cv_curves_ = [(curve.depth, curve.activation) for curve in curves]
        self.cv_architectures_path_ = [
            [list(path.architectures) for path in curve.paths] for curve in curves
        ]

    def _keep_choice(
        self, curves: list[Curve], choice: Choice, constant: np.ndarray
    ) -> None:
        """Record the choice and its scores as attributes."""
        best, curve = choice.best, curves[choice.chosen.curve]
        self._keep_scores(curves[best.curve].scores[best.alpha], constant)
        self.depth_, self.activation_ = curve.depth, curve.activation
        self.alpha_ = float(self.alphas_[choice.chosen.alpha])
        self.alpha_1se_ = float(self.alphas_[choice.one_se.alpha])

    def _keep_scores(self, best: np.ndarray, constant: np.ndarray) -> None:
        """Record the scores of the best network and of a constant as attributes."""
        self.best_score_ = float(best.mean())
        self.best_score_error_ = standard_error(best)
        self.constant_score_ = float(constant.mean())
        lead = best - constant
        alone = len(lead) == 1 and lead[0] > 0
        defined = bool(np.isfinite(constant).all())
        self._beats_constant = not defined or alone or is_ahead(lead, 1.0)

    def _record_uncertainty(
        self,
        problem: Problem,
        options: PathOptions,
        folds: Sequence[Fold],
        curves: Sequence[Curve],
        chosen: Point,
    ) -> None:
        """Record what is known of errors, also by rows that the folds left out."""
        self.linear_p_value_ = linear_p_value(problem)
        rows = left_out(problem, folds, curves[chosen.curve], chosen)
        penalty = replace(options.penalty, alpha=self.alpha_, prior=options.prior)
        self._record_spread(problem, penalty, rows)

    def _refit(
        self,
        problem: Problem,
        options: PathOptions,
        curves: list[Curve],
        choice: Choice,
        state: np.random.RandomState,
        as_compact: Callable[..., Any],
    ) -> LiveNetwork:
        """Follow paths over all the data to the selected and the simplest network."""
        (seed,) = seeds(state, 1)
        chosen, one_se = choice.chosen, choice.one_se
        at, at_1se = choice.temperature, choice.temperature_1se

        def led_to(point: Point) -> tuple[SparcsPath, Path]:
            curve, alphas = curves[point.curve], self.alphas_[: point.alpha + 1]
            layers = options.layers[-curve.depth :]
            begun = options.begun(problem, curve.activation, layers, seed)
            return recorded(begun, alphas, as_compact)

        self.path_, whole = led_to(chosen)
        on_the_way = one_se.curve == chosen.curve and one_se.alpha <= chosen.alpha
        simple = whole if on_the_way else led_to(one_se)[1]
        self.alpha_max_ = self.path_.alpha_max
        self.n_iter_ = chosen.alpha + 1
        self.loss_curve_ = self.path_.train_loss.tolist()
        alike = choice.grown_out and one_se == chosen
        point = completed(simple, one_se.alpha, alike)
        simplest = self._pruned(simple, point, at_1se)
        self.estimator_1se_ = as_compact(simplest, temperature=at_1se)
        self.linear_suffices_ = self.estimator_1se_.active_architecture_.is_linear
        last = completed(whole, chosen.alpha, choice.grown_out)
        kept = replace(last, network=without_idle_neurons(whole, last, _IDLE))
        pruned = self._pruned(whole, kept, at)
        self.pruned_estimator_ = as_compact(pruned, temperature=at)
        return cooled(kept.network, at)

    def _pruned(self, fit: Path, point: PathPoint, temperature: float) -> DirectForm:
        """The smaller network that ``prune_tol`` allows."""
        smaller = without_idle_neurons(fit, point, self.prune_tol)
        return fit.form(cooled(smaller, temperature))

    def _describe(
        self,
        samples: Samples | SharedSamples,
        curves: list[Curve],
        chosen: Point,
        state: np.random.RandomState,
    ) -> None:
        """Record the hidden neurons' share, and their stability over folds."""
        curve, k = curves[chosen.curve], chosen.alpha
        n, n_features = samples.X.shape
        n_seen = max(_N_SEEN, _N_SEEN_PER_FEATURE * n_features)
        seen = samples.X[np.sort(state.permutation(n)[:n_seen])]
        forms = [path.fit.form(path.fit.points[k].network) for path in curve.paths]
        self.fold_architectures_ = [path.architectures[k] for path in curve.paths]
        self.hidden_share_ = hidden_share(self.direct_form_, seen)
        self.neuron_stability_ = stability(self.direct_form_, forms, seen)
        n_layers = len(self.active_architecture_.hidden_layers)
        as_deep = [len(a.hidden_layers) == n_layers for a in self.fold_architectures_]
        self.depth_stability_ = float(np.mean(as_deep))

    def _sentences(self, feature_names: Sequence[str] | None) -> list[str]:
        """The verdict, then the network chosen."""
        return [self.verdict_, *super()._sentences(feature_names)]

    def _without_neurons(self) -> str | None:
        if not self.linear_suffices_:
            return None
        return "neurons improve predictions by less than a standard error"

    @property
    def verdict_(self) -> str:
        """The answer in words."""
        check_is_fitted(self)
        return verdict(
            Scores(
                self.best_score_,
                self.best_score_error_,
                self.constant_score_,
                self._beats_constant,
            ),
            simplest=self.estimator_1se_.active_architecture_,
            chosen=self.active_architecture_,
            hidden_share=self.hidden_share_,
            grew=self._grew,
            classes=is_classifier(self),
        )
