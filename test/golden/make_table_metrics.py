"""Writes table-metrics.json: a small real and a synthetic table, and what independent programs say of them.

    pip install numpy pandas scikit-learn scipy sdmetrics==0.32.0 && python make_table_metrics.py

Shapes by KSComplement and TVComplement, pairs by CorrelationSimilarity and ContingencySimilarity of SDMetrics, with missing
labels as a label, and numbers beside labels cut at the real deciles (numpy.quantile, numpy.digitize) rather than at equal
widths of each table. Associations by scipy's Cramer's V and the correlation ratio written out. Distances to the closest
record by scikit-learn's NearestNeighbors on standardised and one-hot values; average precision by scikit-learn.
"""

import itertools
import json
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats.contingency import association
from sdmetrics.column_pairs import ContingencySimilarity, CorrelationSimilarity
from sdmetrics.single_column import KSComplement, TVComplement
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.neighbors import NearestNeighbors

NUMBERS = ["age", "gain", "hours"]
LABELS = ["job", "sex"]
JOBS = ["clerk", "smith", "baker", "nurse"]


def table(random, count, shift):
    age = np.round(random.normal(40 + shift, 12, count))
    gain = np.where(random.random(count) < 0.8, 0, np.round(random.exponential(900, count), 2))
    hours = np.round(0.4 * age + random.normal(24, 4 + shift, count), 1)
    hours[random.random(count) < 0.1] = np.nan
    job = np.array(JOBS, object)[np.minimum(3, (random.random(count) * (age / 15)).astype(int))]
    job[random.random(count) < 0.06] = None
    sex = np.where(random.random(count) < 0.4 + 0.2 * (job == "smith"), "m", "f")
    return pd.DataFrame({"age": age, "gain": gain, "hours": hours, "job": job, "sex": sex})


def labelled(column):
    return column.fillna("missing")


def cut(real, column):
    edges = np.unique(np.quantile(real.dropna(), np.arange(1, 10) / 10))
    return pd.Series(np.where(column.isna(), -1, np.digitize(column, edges)))


def pair_error(real, fake, a, b):
    if a in NUMBERS and b in NUMBERS:
        return 1 - CorrelationSimilarity.compute(real[[a, b]], fake[[a, b]])
    codes = [
        pd.DataFrame({c: cut(real[c], t[c]) if c in NUMBERS else labelled(t[c]) for c in (a, b)}) for t in (real, fake)
    ]
    return 1 - ContingencySimilarity.compute(*codes)


def association_of(t, a, b):
    if a in NUMBERS and b in NUMBERS:
        return abs(t[[a, b]].corr().iloc[0, 1])
    if a in LABELS and b in LABELS:
        return association(pd.crosstab(labelled(t[a]), labelled(t[b])).to_numpy(), method="cramer")
    number, label = (a, b) if a in NUMBERS else (b, a)
    both = pd.DataFrame({"x": t[number], "g": labelled(t[label])}).dropna()
    groups = both.groupby("g")["x"]
    between = (groups.size() * (groups.mean() - both["x"].mean()) ** 2).sum()
    return np.sqrt(between / ((both["x"] - both["x"].mean()) ** 2).sum())


def points(scale, t):
    numbers = ((t[NUMBERS] - scale[NUMBERS].mean()) / scale[NUMBERS].std(ddof=0)).fillna(0)
    flags = pd.concat([t[NUMBERS].isna().astype(int).astype(str), t[LABELS].fillna("missing")], axis=1)
    hot = [np.stack([(flags[c] == v) for v in ["0", "1", "missing", "m", "f", *JOBS]], 1).astype(float) for c in flags]
    return np.concatenate([numbers.to_numpy(), *hot], 1)


def closest(a, b):
    return NearestNeighbors(n_neighbors=1, algorithm="brute").fit(b).kneighbors(a)[0][:, 0]


def as_lists(t):
    codes = {"job": JOBS, "sex": ["f", "m"]}
    return {
        c: [codes[c].index(v) if v is not None else -1 for v in t[c]] if c in LABELS else [None if np.isnan(v) else v for v in t[c]]
        for c in t
    }


def main():
    random = np.random.default_rng(11)
    real, fake = table(random, 120, 0), table(random, 90, 3)
    fake.iloc[:4] = real.iloc[[0, 2, 4, 61]].to_numpy()
    fake = fake.astype({c: float for c in NUMBERS})
    names = NUMBERS + LABELS
    half_a, half_b = real.iloc[:60].reset_index(drop=True), real.iloc[60:].reset_index(drop=True)
    a, b, s = (points(real, t) for t in (half_a, half_b, fake))
    to_a, to_b, held = closest(s, a), closest(s, b), closest(b, a)
    to_a, to_b, held = (np.where(d < 1e-6, 0, d) for d in (to_a, to_b, held))
    positives, negatives = np.round(random.normal(1, 1, 30), 1), np.round(random.normal(0, 1, 80), 1)
    truth, scores = np.r_[np.ones(30), np.zeros(80)], np.r_[positives, negatives]
    out = {
        "jobs": JOBS,
        "real": as_lists(real),
        "synthetic": as_lists(fake),
        "shapes": {
            c: 1 - (KSComplement.compute(real[c], fake[c]) if c in NUMBERS else TVComplement.compute(labelled(real[c]), labelled(fake[c])))
            for c in names
        },
        "pairs": {f"{x} {y}": pair_error(real, fake, x, y) for x, y in itertools.combinations(names, 2)},
        "associations": {f"{x} {y}": association_of(real, x, y) for x, y in itertools.combinations(names, 2)},
        "privacy": {
            "dcrShare": float(np.mean(np.where(np.isclose(to_a, to_b, atol=1e-6), 0.5, to_a < to_b))),
            "exactCopies": float(np.mean((to_a == 0) | (to_b == 0))),
            "heldOutCopies": float(np.mean(held == 0)),
            "belowFifth": float(np.mean(to_a < np.quantile(held, 0.05))),
            "medianDistance": {"synthetic": float(np.median(to_a)), "heldOut": float(np.median(held))},
        },
        "scores": {
            "positives": positives.tolist(),
            "negatives": negatives.tolist(),
            "auroc": roc_auc_score(truth, scores),
            "averagePrecision": average_precision_score(truth, scores),
        },
    }
    Path(__file__).with_name("table-metrics.json").write_text(json.dumps(out) + "\n")
    print({k: out[k] for k in ("shapes", "pairs", "associations", "privacy")})


if __name__ == "__main__":
    main()
