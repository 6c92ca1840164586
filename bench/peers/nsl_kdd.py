"""PyOD's detectors with their defaults on NSL-KDD: trained on the normal rows of train20, judged on the test file.

usage: nsl_kdd.py TABLES [--threads N]      (needs pyod, torch, scikit-learn, pandas)
prints a JSON line a detector: {event: "detector", detector, auc, ap, fit, score}
"""

import json
import sys
import time
import warnings

import numpy as np
import pandas as pd
import torch
from pyod.models.auto_encoder import AutoEncoder
from pyod.models.ecod import ECOD
from pyod.models.iforest import IForest
from pyod.models.knn import KNN
from pyod.models.lof import LOF
from pyod.models.vae import VAE
from sklearn.metrics import average_precision_score, roc_auc_score

warnings.filterwarnings("ignore")
folder = sys.argv[1]
torch.set_num_threads(int(sys.argv[sys.argv.index("--threads") + 1]) if "--threads" in sys.argv else 2)
LABEL, DIFFICULTY = 41, 42

train = pd.read_csv(f"{folder}/nsl-kdd-train20.csv.gz", header=None)
test = pd.read_csv(f"{folder}/nsl-kdd-test.csv.gz", header=None)
train = train[train[LABEL] == "normal"]
y = (test[LABEL] != "normal").astype(int).to_numpy()
train, test = (table.drop(columns=[LABEL, DIFFICULTY]) for table in (train, test))
both = pd.get_dummies(pd.concat([train, test]), columns=[1, 2, 3]).to_numpy(dtype=float)
x, t = both[: len(train)], both[len(train) :]
mean, deviation = x.mean(0), x.std(0)
deviation[deviation == 0] = 1
x, t = (x - mean) / deviation, (t - mean) / deviation

detectors = {
    "IForest": lambda: IForest(random_state=0),
    "ECOD": ECOD,
    "KNN": KNN,
    "LOF": LOF,
    "AE": lambda: AutoEncoder(verbose=0, random_state=0),
    "VAE": lambda: VAE(verbose=0, random_state=0),
}
for name, make in detectors.items():
    np.random.seed(0)
    torch.manual_seed(0)
    started = time.time()
    detector = make()
    detector.fit(x)
    fitted = time.time()
    scores = detector.decision_function(t)
    line = {"auc": roc_auc_score(y, scores), "ap": average_precision_score(y, scores)}
    line |= {"fit": fitted - started, "score": time.time() - fitted}
    print(json.dumps({"event": "detector", "detector": name, **line}), flush=True)
