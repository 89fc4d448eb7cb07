"""Experiment 1 looked into: what the networks became (figures 7, 11 to 15).

Networks by the paper's recipe, as in ``linear_to_nonlinear.py``, at a few α and few
trials: their data, fits and errors; the paths through the hidden layer above 0.01, as
the authors' code cuts them off for figure 15; the mean of |λ_1, λ_2|, and the squared
norm of the mean of Γ over the trials, each over its largest.

The run takes about 5 minutes of one idle core, ``--quick`` half a minute.
"""

import numpy as np
from common import Report, command_line, timed
from joblib import Parallel, delayed
from linear_to_nonlinear import DATA_SEED, SHARP, SMOOTH, Plan, rank_correlation

from sklearn_sparcs import ArchitectureDisplay, SparcsRegressor
from sklearn_sparcs.datasets import make_linear_to_nonlinear
from sklearn_sparcs.nn import path_tensor

CONTROLS = np.linspace(0, 1, 5)
FULL = Plan(CONTROLS, n_samples=10_000, n_trials=2, n_epochs=300)
QUICK = Plan(CONTROLS, n_samples=2_000, n_trials=1, n_epochs=60)
#: Paths weaker than this are not drawn (figure 15).
CUT_OFF = 0.01
#: Most hidden neurons and samples that a panel shows.
MOST_NEURONS, MOST_SAMPLES = 25, 800


def data(plan, beta):
    """The data of each α."""
    return [
        make_linear_to_nonlinear(
            plan.n_samples, alpha=control, beta=beta, random_state=DATA_SEED
        )
        for control in plan.controls
    ]


def fit(parameters, X, y, seed):
    """A network by the recipe: what is drawn and counted of it."""
    model, seconds = timed(SparcsRegressor(random_state=seed, **parameters), X, y)
    matrices = model.spectral_matrices()
    return {
        "incoming": matrices.block(2, 1),  # the last column is the bias neuron's
        "outgoing": matrices.block(3, 2),
        "skip": matrices.block(3, 1),
        "eigenvalue": float(np.abs(np.concatenate(model.eigenvalues_[:2])).mean()),
        "predicted": model.predict(X),
        "r2": model.score(X, y),
        "seconds": seconds,
    }


def trials(parameters, sets, plan, jobs):
    """The trials at every α; equal data are fitted once."""
    distinct = {y.tobytes(): (X, y) for X, y in sets}
    fits = Parallel(n_jobs=jobs)(
        delayed(fit)(parameters, X, y, seed)
        for X, y in distinct.values()
        for seed in range(plan.n_trials)
    )
    n = plan.n_trials
    found = {key: fits[n * i : n * (i + 1)] for i, key in enumerate(distinct)}
    return [found[y.tobytes()] for _, y in sets]


def gamma(network):
    """Γ of a network, the bias neuron among its inputs [E.1]."""
    return path_tensor(network["outgoing"], network["incoming"])


def measured(found):
    """What figures 13 to 15 show: a number for each α."""
    tensors = [[gamma(network) for network in networks] for networks in found]
    drawn = [np.abs(of_trials[0]) >= CUT_OFF for of_trials in tensors]
    return {
        "mean |λ_1, λ_2|": [_mean(t["eigenvalue"] for t in trial) for trial in found],
        "‖mean Γ‖²": [float((np.mean(t, axis=0) ** 2).sum()) for t in tensors],
        "‖Γ‖": [_mean(np.linalg.norm(g) for g in t) for t in tensors],
        "‖Γ‖ without the bias": [
            _mean(np.linalg.norm(g[..., :-1]) for g in t) for t in tensors
        ],
        "paths above 0.01": [int(paths.sum()) for paths in drawn],
        "neurons on them": [int(paths.any(axis=(0, 2)).sum()) for paths in drawn],
        "R²": [_mean(t["r2"] for t in trial) for trial in found],
    }


def _mean(values):
    return float(np.mean(list(values)))


def draw_networks(plan, sets, found):
    """Network, data, and fit with its error at each α (figures 15, 11 and 12)."""
    import matplotlib.pyplot as plt

    n = len(plan.controls)
    figure = plt.figure(figsize=(3.2 * n, 9), layout="constrained")
    for k, (control, (X, y), networks) in enumerate(
        zip(plan.controls, sets, found, strict=True), start=1
    ):
        ax = figure.add_subplot(3, n, k)
        draw_paths(networks[0], ax)
        ax.set_title(f"α = {control:g}", y=1.12)
        rows = slice(MOST_SAMPLES)
        ax = figure.add_subplot(3, n, n + k, projection="3d")
        ax.scatter(*X[rows].T, y[rows], s=3, label="data")
        ax = figure.add_subplot(3, n, 2 * n + k, projection="3d")
        predicted = networks[0]["predicted"][rows]
        ax.scatter(*X[rows].T, predicted, s=3, color="tab:red", label="fit")
        error = np.abs(y[rows] - predicted)
        ax.scatter(*X[rows].T, error, s=3, color="tab:green", label="its error")
    for ax in figure.axes[1:3]:  # of the first α
        ax.legend(frameon=False, loc="upper left")
    return figure


def draw_paths(network, ax):
    """What passes through the hidden layer by paths above 0.01, and the skips."""
    paths = np.abs(gamma(network)) >= CUT_OFF
    kept = np.flatnonzero(paths.any(axis=(0, 2)))
    skip = np.where(np.abs(network["skip"]) >= CUT_OFF, network["skip"], 0)
    if len(kept) == 0:
        sizes, weights = (3, 1), {(2, 1): skip}
    else:
        incoming = np.where(paths.any(axis=0), network["incoming"], 0)[kept]
        outgoing = np.where(paths.any(axis=2), network["outgoing"], 0)[:, kept]
        sizes = (3, len(kept), 1)
        weights = {(2, 1): incoming, (3, 2): outgoing, (3, 1): skip}
    display = ArchitectureDisplay(
        sizes, weights, feature_names=["x_1", "x_2", "1"], output_names=["y"]
    )
    display.plot(ax, max_neurons=MOST_NEURONS)


def draw_curves(plan, values):
    """Figures 13 and 14: each quantity over its largest, against α."""
    import matplotlib.pyplot as plt

    names = ("mean |λ_1, λ_2|", "‖mean Γ‖²")
    figure, axes = plt.subplots(1, 2, figsize=(9, 4), layout="constrained")
    for ax, name in zip(axes, names, strict=True):
        for beta, of_beta in values.items():
            normalised = np.array(of_beta[name]) / max(of_beta[name])
            ax.plot(plan.controls, normalised, marker="o", label=f"β = {beta}")
        ax.set(xlabel="α", ylabel=f"{name}, over its largest")
        ax.legend(frameon=False)
    return figure


def ask(report, plan, values):
    """Hold what was found against what the paper says of figures 13 to 15."""
    below, above = plan.controls < 0.5, plan.controls > 0.5
    for name in ("mean |λ_1, λ_2|", "‖mean Γ‖²"):
        smooth, sharp = (np.array(values[beta][name]) for beta in (SMOOTH, SHARP))
        rank = rank_correlation(plan.controls, smooth[:, None])
        report.ask(f"{name} rises with α at β = {SMOOTH}", rank, rank >= 0.9)
        share = float(sharp[below].max() / sharp[above].min())
        report.ask(f"{name} jumps at β = {SHARP}: below over above", share, share < 0.5)
    first = values[SMOOTH]["neurons on them"][0]
    report.ask("α = 0: hidden neurons on paths above 0.01", first, first == 0)


def main():
    arguments = command_line(__doc__)
    plan = QUICK if arguments.quick else FULL
    report = Report("linear_to_nonlinear_networks", arguments)
    values = {}
    for beta in (SMOOTH, SHARP):
        sets = data(plan, beta)
        found = trials(plan.models["recipe"], sets, plan, arguments.jobs)
        values[beta] = measured(found)
        print(f"β = {beta}, {plan.n_trials} trials")
        columns = {"α": plan.controls.tolist(), **values[beta]}
        lines = zip(*columns.values(), strict=True)
        rows = [dict(zip(columns, line, strict=True)) for line in lines]
        report.table(list(columns), rows)
        if beta == SMOOTH:
            report.picture(draw_networks(plan, sets, found), "drawn")
    ask(report, plan, values)
    report.picture(draw_curves(plan, values), "curves")
    report.write(
        controls=plan.controls.tolist(),
        n_trials=plan.n_trials,
        **{f"beta={beta}": of_beta for beta, of_beta in values.items()},
    )


if __name__ == "__main__":
    main()
