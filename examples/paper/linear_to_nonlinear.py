"""Experiment 1: from linear to non-linear data (section 5, figure 7).

The data are w·x at α = 0 and x·x at α = 1; β says how sharp the transition is. Networks
with one hidden layer of 300 are trained

- by the paper's recipe (table 3): every eigenvalue moves, the input's too, and ‖Γ‖ says
  how much passes through the hidden layer;
- by growth, at the same ρ for all: the live neurons say it too;
- by growth at its defaults, where ``alpha="auto"`` looks for an alpha of its own each
  time.

‖Γ‖ counts the paths from the bias neuron, as the paper and its code do, and is measured
without them too. What the networks became is drawn by
``linear_to_nonlinear_networks.py``.

The 23 data sets that differ take about 5 CPU minutes a trial, ``--trials`` of them one
after the other; fits that are done are kept in the folder ``--keep``, if one is given,
and not done again. ``--quick`` takes half a minute.
"""

from dataclasses import dataclass, replace

import numpy as np
from common import Report, command_line, timed
from joblib import Memory, Parallel, delayed
from scipy.stats import spearmanr

from sklearn_sparcs import SparcsRegressor, TransitionDisplay, hidden_path_norm
from sklearn_sparcs.datasets import make_linear_to_nonlinear

SMOOTH, SHARP = 5, 1000
#: The paper's data have NumPy's seed 42 (table 3).
DATA_SEED = 42

RECIPE = {
    "hidden_layer_sizes": (300,),
    "solver": "adam",
    "init": "xavier",
    "input_eigenvalues": True,
    "alpha": 1e-4,
    "l1_ratio": 0.0,  # the paper's "L2": unsquared norms
    "standardize": False,
    "learning_rate_init": 1e-3,
    "batch_size": 100,
    "tol": 0.0,
    "prune_tol": 0.0,
}
DEFAULT = {"hidden_layer_sizes": (300,), "prune_tol": 0.0}
GROWTH = {**DEFAULT, "alpha": RECIPE["alpha"]}
KINDS = ("recipe", "growth", "growth, default")


@dataclass(frozen=True)
class Plan:
    """How much is run."""

    controls: np.ndarray
    n_samples: int
    n_trials: int
    n_epochs: int

    @property
    def models(self):
        """Parameters of each kind of network."""
        # as many epochs without progress never pass: the learning rate stays
        epochs = {"max_iter": self.n_epochs, "n_iter_no_change": self.n_epochs}
        parameters = ({**RECIPE, **epochs}, GROWTH, DEFAULT)
        return dict(zip(KINDS, parameters, strict=True))


FULL = Plan(np.linspace(0, 1, 21), n_samples=10_000, n_trials=2, n_epochs=300)
QUICK = Plan(np.linspace(0, 1, 5), n_samples=2_000, n_trials=2, n_epochs=60)


def fit(parameters, X, y, seed):
    """Fit one network, and measure it."""
    model, seconds = timed(SparcsRegressor(random_state=seed, **parameters), X, y)
    return {
        "path_norm": hidden_path_norm(model),
        "path_norm, no bias": hidden_path_norm(model, intercept=False),
        "n_hidden": model.active_architecture_.n_hidden,
        "r2": model.score(X, y),
        "seconds": seconds,
    }


def transition(parameters, beta, plan, jobs, fit=fit):
    """Every trial at every α: arrays (controls, trials) by what was measured."""
    data = [
        make_linear_to_nonlinear(
            plan.n_samples, alpha=control, beta=beta, random_state=DATA_SEED
        )
        for control in plan.controls
    ]
    # at β = 1000 all data below 1/2 are the same to the last bit, and so are the fits
    distinct = {y.tobytes(): (X, y) for X, y in data}
    fits = Parallel(n_jobs=jobs)(
        delayed(fit)(parameters, X, y, seed)
        for X, y in distinct.values()
        for seed in range(plan.n_trials)
    )
    starts = range(0, len(fits), plan.n_trials)
    trials = {
        key: fits[start : start + plan.n_trials]
        for key, start in zip(distinct, starts, strict=True)
    }
    return {
        name: np.array([[t[name] for t in trials[y.tobytes()]] for _, y in data])
        for name in fits[0]
    }


def rank_correlation(controls, values):
    """Spearman's, of α and the mean over trials, without the noise of rounding."""
    return round(float(spearmanr(controls, values.mean(axis=1)).statistic), 9)


def ask(report, controls, found):
    """Hold what was found against what was asked."""
    below, above = controls < 0.5, controls > 0.5
    for kind in KINDS:
        smooth, sharp = (found[kind, beta]["path_norm"] for beta in (SMOOTH, SHARP))
        rank = rank_correlation(controls, smooth)
        report.ask(
            f"{kind}: ‖Γ‖ rises with α at β = {SMOOTH}, Spearman at least 0.95",
            rank,
            rank >= 0.95,
        )
        share = float(sharp[below].max() / sharp[above].min())
        report.ask(
            f"{kind}: ‖Γ‖ jumps at α = 1/2 at β = {SHARP}: its largest below is at "
            "most 1 % of its smallest above",
            share,
            share <= 0.01,
        )
    most = int(found["growth", SHARP]["n_hidden"][below].max())
    report.ask("growth: no live neuron where the data are linear", most, most == 0)
    neurons = found["growth", SMOOTH]["n_hidden"]
    first = float(neurons[0].mean())
    report.ask("growth: at most one live neuron at α = 0", first, first <= 1)
    rank = rank_correlation(controls, neurons)
    report.ask(
        f"growth: live neurons rise with α at β = {SMOOTH}, Spearman at least 0.9",
        rank,
        rank >= 0.9,
    )


def rows(controls, measured):
    """A line for each α: means over the trials."""
    for control, *means in zip(
        controls, *(values.mean(axis=1) for values in measured.values()), strict=True
    ):
        yield {"α": round(float(control), 2)} | dict(zip(measured, means, strict=True))


def draw(controls, found):
    """‖Γ‖ with and without the bias neuron, and the neurons that grew (figure 7)."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(2, 2, figsize=(9, 7.5), layout="constrained")
    panels = [
        ("recipe", "path_norm", "path_norm", "the paper's recipe"),
        ("recipe", "path_norm, no bias", "path_norm", "the same without the bias"),
        ("growth", "path_norm", "path_norm", "growth"),
        ("growth", "path_norm", "n_hidden", "growth"),
    ]
    for ax, (kind, norm, quantity, title) in zip(axes.flat, panels, strict=True):
        for beta in (SMOOTH, SHARP):
            measured = found[kind, beta]
            TransitionDisplay(
                controls, measured[norm], measured["n_hidden"], f"β = {beta}"
            ).plot(ax, quantity=quantity)
        ax.set(xlabel="α", title=title)
    return figure


def main():
    arguments = command_line(
        __doc__,
        keep="folder of fits that are done, and are not done again (default: none)",
        trials=f"{FULL.n_trials}, or {QUICK.n_trials} with --quick",
    )
    plan = QUICK if arguments.quick else FULL
    plan = replace(plan, n_trials=arguments.trials or plan.n_trials)
    kept = Memory(arguments.keep, verbose=0).cache(fit)
    report = Report("linear_to_nonlinear", arguments)
    found = {}
    for kind, parameters in plan.models.items():
        for beta in (SMOOTH, SHARP):
            measured = transition(parameters, beta, plan, arguments.jobs, kept)
            print(f"{kind}, β = {beta}, means over {plan.n_trials} trials")
            report.table(["α", *measured], list(rows(plan.controls, measured)))
            found[kind, beta] = measured
    ask(report, plan.controls, found)
    report.picture(draw(plan.controls, found), "transition")
    report.write(
        controls=plan.controls.tolist(),
        n_trials=plan.n_trials,
        **{
            f"{kind}, beta={beta}": {k: v.tolist() for k, v in measured.items()}
            for (kind, beta), measured in found.items()
        },
    )


if __name__ == "__main__":
    main()
