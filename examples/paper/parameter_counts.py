"""Experiment 5: how many parameters a search over architectures has (figure 8).

All layers have 100 neurons, and every layer may feed every later one. The input's
eigenvalues, which stay zero in all but the first experiment, are counted apart: the
authors' code counts them for the figure. Takes a second.
"""

from common import Report, command_line

from sklearn_sparcs.nn import count_parameters

WIDTH = 100
N_LAYERS = range(2, 11)


def counts(n_layers):
    """Parameters in spectral space, both ways, in direct space, and without skips."""
    sizes = [WIDTH] * n_layers
    return {
        "layers": n_layers,
        "spectral": count_parameters(sizes),
        "spectral, with the input's λ": count_parameters(sizes, input_eigenvalues=True),
        "direct": count_parameters(sizes, "direct"),
        "direct, no skips": count_parameters(sizes, "direct", skips=False),
    }


def ask(report, rows):
    """Hold the counts against what the paper says of them."""
    two, *deeper = rows
    difference = two["spectral"] - two["direct"]
    report.ask(
        "two layers: direct space has a slight advantage", difference, difference > 0
    )
    least = min(row["direct"] / row["spectral"] for row in deeper)
    report.ask("more layers: spectral space has fewer, times", least, least > 1)
    most = max(row["spectral"] / row["direct, no skips"] for row in rows)
    report.ask("about as many as without skips, at most times", most, most <= 1.01)


def draw(rows):
    """Figure 8."""
    import matplotlib.pyplot as plt

    figure, ax = plt.subplots(figsize=(6, 4), layout="constrained")
    layers = [row["layers"] for row in rows]
    for name in ("direct", "spectral", "direct, no skips"):
        style = ":" if name == "direct, no skips" else "o-"
        ax.plot(layers, [row[name] for row in rows], style, label=name)
    ax.set(xlabel="layers, input and output included", ylabel="parameters")
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(frameon=False)
    return figure


def main():
    report = Report("parameter_counts", command_line(__doc__))
    rows = [counts(n_layers) for n_layers in N_LAYERS]
    report.table(list(rows[0]), rows)
    ask(report, rows)
    report.picture(draw(rows), "figure8")
    report.write(rows=rows)


if __name__ == "__main__":
    main()
