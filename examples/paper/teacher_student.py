"""Experiment 2: teacher and student (section 5, figures 9 and 10).

The data come from a random network with one hidden layer of 20; the student may have
two hidden layers, of 200 or 2,000 neurons each. It is trained

- by growth, at the package's defaults;
- by the paper's recipe (table 4) at 200, on the data as they are and standardised: the
  text does not say which. At 2,000 its step is timed, and it is not run. The settings
  of the authors' notebook are in ``teacher_student_notebook.py``.

The paper reports one hidden layer of 30 neurons at an R² of 0.98. The full run takes
six CPU minutes, ``--quick`` half a minute.
"""

from dataclasses import dataclass
from math import ceil

import numpy as np
from common import Report, command_line, timed
from joblib import Parallel, delayed
from sklearn.linear_model import LinearRegression

from sklearn_sparcs import EigenvalueDisplay, PruningCurveDisplay, SparcsRegressor
from sklearn_sparcs.datasets import make_teacher_student

WIDTHS = (200, 2000)
#: Of teacher and student; the first is that of the paper's data (table 4).
SEEDS = (42, 43, 44, 45, 46)
#: Eigenvalues above this count as active in the paper's recipe, which leaves none at 0.
ACTIVE = 1e-3

RECIPE = {
    "solver": "adam",
    "init": "xavier",
    "alpha": 3e-3,
    "l1_ratio": 0.0,  # the paper's "L2": unsquared norms
    "learning_rate_init": 1e-3,
    "batch_size": 1024,
    "tol": 0.0,
    "prune_tol": 0.05,
}


@dataclass(frozen=True)
class Plan:
    """How much is run."""

    n_samples: int
    n_epochs: int
    seeds: tuple[int, ...]

    @property
    def recipes(self):
        """The paper's, with a learning rate that stays, as no stall is that long."""
        epochs = {"max_iter": self.n_epochs, "n_iter_no_change": self.n_epochs}
        recipe = {**RECIPE, **epochs}
        return {
            "recipe": {**recipe, "standardize": False},
            "recipe, standardised": {**recipe, "standardize": True},
        }

    @property
    def tasks(self):
        """Kind, parameters, width and seed of each student, the longest fits first."""
        first = [(k, p, WIDTHS[0], SEEDS[0]) for k, p in self.recipes.items()]
        grown = [("growth", {}, w, seed) for w in WIDTHS for seed in self.seeds]
        return first + grown


FULL = Plan(100_000, n_epochs=180, seeds=SEEDS)
QUICK = Plan(10_000, n_epochs=30, seeds=SEEDS[:1])
N_HELD_OUT = 20_000


def problem(plan, seed):
    """Training samples in torch's usual dtype, and fresh ones of the same teacher.

    The fresh targets are float64, in which R² is computed: growth's is too near one.
    """
    X, y = make_teacher_student(plan.n_samples + N_HELD_OUT, random_state=seed)
    X, n = X.astype(np.float32), plan.n_samples
    return X[:n], X[n:], y[:n].astype(np.float32), y[n:]


def fitted(parameters, width, data, seed):
    """A student, and the seconds that it took."""
    model = SparcsRegressor((width, width), random_state=seed, **parameters)
    X, _, y, _ = data
    return timed(model, X, y)


def run(plan, kind, parameters, width, seed):
    """A row of the table; the student too where it is drawn."""
    X, X_test, y, y_test = data = problem(plan, seed)
    model, seconds = fitted(parameters, width, data, seed)
    found, pruned = model.active_architecture_, model.pruned_estimator_
    left = pruned.active_architecture_
    _, *hidden, _ = model.eigenvalues_
    row = {
        "student": kind,
        "width": width,
        "seed": seed,
        "linear R²": LinearRegression().fit(X, y).score(X_test, y_test),
        "R²": model.score(X_test, y_test),
        "architecture": str(found),
        "layers": len(found.hidden_layers),
        "live": found.n_hidden,
        "active λ": [int((abs(lam) > ACTIVE).sum()) for lam in hidden],
        "pruned": str(left),
        "pruned layers": len(left.hidden_layers),
        "pruned live": left.n_hidden,
        "pruned R²": pruned.score(X_test, y_test),
        "seconds": seconds,
    }
    return row, model if seed == SEEDS[0] and width == WIDTHS[0] else None


def seconds_a_step(plan):
    """Of the paper's recipe at the larger width, which is not run."""
    n = 4 * RECIPE["batch_size"]
    data = [part[:n] for part in problem(plan, SEEDS[0])]
    recipe = {**plan.recipes["recipe"], "prune_tol": 0.0}
    once, twice = (
        fitted({**recipe, "max_iter": n_epochs}, WIDTHS[1], data, SEEDS[0])[1]
        for n_epochs in (1, 2)
    )
    return (twice - once) / 4


def ask(report, rows):
    """Hold what was found against what was asked."""
    for width in WIDTHS:
        grown = [r for r in rows if r["student"] == "growth" and r["width"] == width]
        name = f"growth, ({width}, {width}), every seed"
        depth = max(r["layers"] for r in grown)
        live = max(r["live"] for r in grown)
        worst = min(r["R²"] for r in grown)
        report.ask(f"{name}: one live hidden layer", depth, depth == 1)
        report.ask(f"{name}: at most 24 live neurons", live, live <= 24)
        report.ask(f"{name}: R² at least 0.9999, held out", worst, worst >= 0.9999)
    for row in rows:
        if row["student"] != "growth":
            name = f"{row['student']}, pruned by 5 %, as in the paper"
            one = row["pruned layers"] == 1 and row["pruned live"] <= 30
            report.ask(f"{name}: one layer of 30 at most", row["pruned"], one)
            r2 = row["pruned R²"]
            report.ask(f"{name}: R² at least 0.98, held out", r2, r2 >= 0.98)


def draw_eigenvalues(students):
    """Histograms by layer (figure 9)."""
    figure, axes = _panels(students)
    for ax, (kind, model) in zip(axes, students.items(), strict=True):
        EigenvalueDisplay.from_estimator(model, ax=ax)
        ax.set_title(kind)
    return figure


def draw_pruning(students, X, y):
    """What held-out samples say of fewer neurons (figure 10)."""
    figure, axes = _panels(students)
    for ax, (kind, model) in zip(axes, students.items(), strict=True):
        PruningCurveDisplay.from_estimator(model, X, y, tol=0.05, ax=ax, name=kind)
    return figure


def _panels(students):
    import matplotlib.pyplot as plt

    size = (5 * len(students), 4)
    return plt.subplots(1, len(students), figsize=size, layout="constrained")


def main():
    arguments = command_line(__doc__)
    plan = QUICK if arguments.quick else FULL
    report = Report("teacher_student", arguments)
    found = Parallel(n_jobs=arguments.jobs)(delayed(run)(plan, *t) for t in plan.tasks)
    rows = [row for row, _ in found]
    report.table([c for c in rows[0] if c not in ("layers", "pruned layers")], rows)
    step = seconds_a_step(plan)
    n_steps = FULL.n_epochs * ceil(FULL.n_samples / RECIPE["batch_size"])
    print(
        f"The paper's recipe at {WIDTHS[1]} takes {step:.2g} s a step, and so "
        f"{step * n_steps / 3600:.1f} h for its {n_steps} steps; it was not run.\n"
    )
    ask(report, rows)
    students = {row["student"]: model for row, model in found if model is not None}
    _, X_test, _, y_test = problem(plan, SEEDS[0])
    report.picture(draw_eigenvalues(students), "eigenvalues")
    report.picture(draw_pruning(students, X_test, y_test), "pruning")
    report.write(rows=rows, recipe_2000={"seconds_a_step": step, "steps": n_steps})


if __name__ == "__main__":
    main()
