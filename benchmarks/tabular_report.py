"""What the cells of `tabular` say, as sections of text and tables in Markdown."""

import pandas as pd
from tabular_compare import (
    OTHERS,
    OURS,
    SAME,
    frame_of,
    lead,
    lead_at_size,
    leads,
    margin,
    mean_ranks,
    n_tables,
    on_same_splits,
    share,
    widely_run,
)
from tabular_names import (
    COLUMN_FROM,
    MINE,
    NAMES,
    columns_of,
    counted,
    listed,
    markdown,
    percent,
    signed,
)
from tabular_promises import (
    Promise,
    behind_linear,
    large_task,
    of_constructed,
    promises,
    small_task,
)
from tabular_scores import scores


def how_often_best(frame) -> str:
    """How often ours is the best choice, or as good: three sentences."""
    others = widely_run(frame, OTHERS, COLUMN_FROM, by=["table"])
    if not others:
        return "No other model has run."
    bare = [m for m in others if m != "boosting"]
    mine = frame[frame["model"] == OURS]
    code = ", ".join(sorted(mine["version"].unique()))
    n = counted(mine["table"], "table")
    lines = [
        f"Of {n}, {NAMES[OURS]} ({code}) is best or within {SAME} of the best on",
        "",
    ]
    for what, ahead in (
        ("of all models", leads(frame, OURS, others).min(axis=1)),
        ("of all but boosting", leads(frame, OURS, bare).min(axis=1)),
        (
            "of the models with at most twice its parameters",
            lead_at_size(frame, OURS, others).fillna(0.0),
        ),
    ):
        lines.append(f"- {percent(share(ahead, -SAME)[0])} of them, {what};")
    return "\n".join(lines)[:-1] + "."


def what_instead(frame) -> str:
    """Where another model is better by more than twice `SAME`, and which is best."""
    found = margin(frame, OURS, [m for m in columns_of(frame) if m not in MINE])
    behind = found[found["lead"] < -2 * SAME].sort_values("lead")
    lines = [
        f"- {NAMES[other]}: {listed(dict(part['lead']))}"
        for other, part in behind.groupby("other", sort=False)
    ]
    return "\n".join(lines) or "- none, anywhere."


def against(frame) -> str:
    """Pair by pair: how often better, the same, worse, and where."""
    rows = []
    for other in widely_run(frame, OTHERS, 0.0):
        ahead = lead(frame, OURS, other)
        better, worse = share(ahead, SAME)[0], 1 - share(ahead, -SAME)[0]
        _, missed = share(ahead, -2 * SAME)
        counts = [percent(x) for x in (better, 1 - better - worse, worse)]
        n = n_tables(frame, [OURS, other])
        rows.append([NAMES[other], n, *counts, listed(missed) or "nowhere"])
    header = ["against", "tables", "better", "the same", "worse"]
    return markdown([*header, f"worse by more than {2 * SAME}"], rows)


def ranks(frame) -> str:
    """Mean ranks with boosting and without, on all splits and where every model ran."""
    rows = []
    for column, what in (
        ("score", "score"),
        ("log_loss", "log loss, classes"),
        ("brier", "Brier score, classes"),
    ):
        known = frame.dropna(subset=[column])
        for models, where in (
            (widely_run(known, OTHERS), "all splits"),
            (widely_run(known, OTHERS, 0.5, by=["table"]), "where all ran"),
        ):
            for rivals in (models, [m for m in models if m != "boosting"]):
                found = mean_ranks(known, [*rivals, OURS], column).dropna()
                n = n_tables(known, [*rivals, OURS], column)
                named = ", ".join(f"{NAMES[m]} {r:.2f}" for m, r in found.items())
                if n and rivals and [what, where, n, named] not in rows:
                    rows.append([what, where, n, named])
    return markdown(["by", "on", "tables", "mean ranks, best first"], rows)


def asked(found: list[Promise]) -> str:
    """Promises beside what came out."""
    rows = [
        [
            p.what,
            p.value,
            p.asked,
            "reached" if p.kept else "missed",
            p.missed,
        ]
        for p in found
    ]
    return markdown(["", "value", "asked", "", "where not"], rows)


def constructed(frame) -> str:
    """R² below the best linear model's, and how often a neuron was found."""
    others = [m for m in OTHERS if m in set(frame["model"]) and m != "linear"]
    models = ["sparcs_cv", "sparcs", *others]
    grown = 1.0 - frame.set_index(["task", "model"])["says_linear"].astype(float)
    grown = grown.groupby(level=[0, 1]).mean().unstack()
    behind = {m: behind_linear(frame, m).droplevel("table") for m in models}
    best = on_same_splits(frame, ["linear", "ridge"]).max(axis=1).droplevel("table")
    rows = []
    for task, score in best.items():
        cells = [signed(-behind[m][task]) if task in behind[m] else "" for m in models]
        alarms = [
            "" if pd.isna(x := grown.get(m, {}).get(task)) else percent(x)
            for m in ("sparcs", "sparcs_cv")
        ]
        rows.append([task, f"{score:.3f}".replace("-", "−"), *cells, *alarms])
    header = ["", "best linear", *(NAMES[m] for m in models)]
    return markdown([*header, "SPARCS grows", "CV says not linear"], rows)


def cost(frame) -> str:
    """Medians over tables: CPU seconds of a fit, parameters, hidden neurons."""
    rows = []
    for model in columns_of(frame):
        mine = frame[frame["model"] == model]
        told = []
        for part, column, digits in (
            (mine[small_task(mine)], "cpu_seconds", ".2f"),
            (mine[large_task(mine)], "cpu_seconds", ".1f"),
            (mine, "n_parameters", ",.0f"),
            (mine, "n_live", ".0f"),
        ):
            middle = part.groupby("table")[column].mean().median()
            told.append("" if pd.isna(middle) else f"{middle:{digits}}")
        rows.append([NAMES[model], *told])
    seconds = "CPU s, up to 1,500 rows and 15 columns", "CPU s, 5,000 to 10,000 rows"
    return markdown(["", *seconds, "parameters", "hidden neurons"], rows)


def made_by(frame) -> str:
    """Which versions made the results, and of how many tasks and splits."""
    known = frame[frame["model"].isin(NAMES)]
    lines = []
    for version, part in known.groupby("version"):
        models = ", ".join(
            f"{NAMES[m]} ({counted(g['task'], 'task')}, {counted(g['seed'], 'split')})"
            for m, g in part.groupby("model", sort=False)
        )
        lines.append(f"- {version}: {models}")
    return "\n".join(lines)


def sections(cells: list[dict], aside: list[str]) -> dict[str, str]:
    """Named sections of the report; tables set aside have sections of their own."""
    frame = frame_of(cells)
    drawn, apart = frame["constructed"], frame["table"].isin(aside)
    told = sections_of(frame[~drawn & ~apart], "")
    told |= sections_of(frame[~drawn & apart], ", tables set aside")
    if drawn.any():
        told["constructed"] = constructed(frame[drawn])
        told["asked of constructed"] = asked(of_constructed(frame[drawn]))
    told["made by"] = made_by(frame)
    return told


def sections_of(frame, suffix: str) -> dict[str, str]:
    """Sections on real tables."""
    if not (frame["model"] == OURS).any():
        return {}
    parts = {
        "how often best": how_often_best(frame),
        "what instead": what_instead(frame),
        "against": against(frame),
        "scores": scores(frame),
        "log loss": scores(frame, "log_loss"),
        "ranks": ranks(frame),
        "asked": asked(promises(frame)),
        "cost": cost(frame),
    }
    return {name + suffix: text for name, text in parts.items()}
