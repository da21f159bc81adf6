"""Run gegravity on a world that the benchmark wrote; print the seconds of its baseline and of its counterfactual.

Runs in gegravity's own environment and imports nothing of ours.
"""

import json
import sys
import time
import warnings

import pandas as pd

warnings.filterwarnings("ignore")
from gegravity import BaselineData, CostCoeffs, OneSectorGE  # noqa: E402 - its imports warn

data = pd.read_csv(sys.argv[1]).astype({"year": str})
pair = ["exporter", "importer"]
baseline = BaselineData(
    baseline_data=data, trade_var_name="trade", expend_var_name="spending", output_var_name="output"
)
costs = CostCoeffs(pd.DataFrame({"name": ["closeness"], "beta": [1.0]}), identifier_col="name", coeff_col="beta")
model = OneSectorGE(
    baseline=baseline, year="2000", reference_importer=data["importer"].iloc[0], sigma=5,
    cost_variables=["closeness"], cost_coeff_values=costs, quiet=True,
)  # fmt: skip
began = time.perf_counter()
model.build_baseline()
built = time.perf_counter() - began
experiment = model.baseline_data.copy()
new = data.set_index(pair)["closeness_new"]
experiment["closeness"] = new.reindex(pd.MultiIndex.from_frame(experiment[pair])).to_numpy()
model.define_experiment(experiment)
began = time.perf_counter()
model.simulate()
print(json.dumps({"rival_baseline_s": built, "rival_solve_s": time.perf_counter() - began}))
