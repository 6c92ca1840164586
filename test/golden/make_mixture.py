"""Writes mixture.json: scikit-learn's maximum-likelihood Gaussian mixture of 300 points in 3-D. Run: python make_mixture.py"""

import json
import pathlib

import numpy as np
import sklearn
from sklearn.mixture import GaussianMixture

COMPONENTS = 3
random = np.random.default_rng(7)
factors = random.normal(size=(COMPONENTS, 3, 3)) * 0.7
centres = np.array([[0.0, 0.0, 4.0], [4.0, -2.0, 0.0], [-3.0, 3.0, -2.0]])
which = random.choice(COMPONENTS, size=300, p=[0.5, 0.3, 0.2])
points = centres[which] + np.einsum("nij,nj->ni", factors[which], random.normal(size=(300, 3)))
points = np.round(points, 4)

# reg_covar 0: the maximum of the likelihood itself, which is what ours converges to without shrinkage.
model = GaussianMixture(COMPONENTS, covariance_type="full", tol=1e-12, reg_covar=0, max_iter=2000, n_init=5, random_state=0)
model.fit(points)
order = np.argsort(model.weights_)[::-1]
probes = np.round(np.concatenate([points[:3], random.normal(size=(5, 3)) * 3]), 4)

golden = {
    "sklearn": sklearn.__version__,
    "points": points.tolist(),
    "shares": model.weights_[order].tolist(),
    "means": model.means_[order].tolist(),
    "covariances": model.covariances_[order].tolist(),
    "meanLogLikelihood": float(model.score(points)),
    "probes": probes.tolist(),
    "logProb": model.score_samples(probes).tolist(),
}
pathlib.Path(__file__).with_name("mixture.json").write_text(json.dumps(golden) + "\n")
