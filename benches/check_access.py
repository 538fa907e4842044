"""Prints what PySAL's `access` (https://pysal.org/access) makes of the small city in crates/lifecircle/tests/published.rs.

    pip install access==1.1.9 && python benches/check_access.py

The numbers that it prints are those that the test expects.
"""

import numpy as np
import pandas as pd
from access import Access, weights

PEOPLE = [120, 80, 300, 45, 60, 200]
SUPPLY = [30, 12, 55, 8]
# Minutes from each of six homes to each of four facilities; none is just 15, which `access` leaves out and Luo & Wang take in.
MINUTES = [
    [4, 9, 22, 16],
    [6, 3, 14, 11],
    [12, 8, 5, 19],
    [25, 13, 7, 2],
    [9, 18, 10, 6],
    [31, 14, 3, 12],
]

homes = pd.DataFrame({"id": range(6), "people": PEOPLE})
places = pd.DataFrame({"id": range(100, 104), "places": SUPPLY})
pairs = pd.DataFrame(
    [(i, 100 + j, MINUTES[i][j]) for i in range(6) for j in range(4)], columns=["origin", "dest", "cost"]
)
city = Access(
    demand_df=homes, demand_index="id", demand_value="people",
    supply_df=places, supply_index="id", supply_value="places",
    cost_df=pairs, cost_origin="origin", cost_dest="dest", cost_name="cost",
)
# People travel to places: the costs of supply to demand are the same the other way.
city.cost_df = pairs
bands = weights.step_fn({5: 1, 10: 0.68, 15: 0.22})
show = lambda name, values: print(name, [round(float(v), 6) for v in values])
show("cumulative", city.weighted_catchment(name="c", weight_fn=weights.step_fn({15: 1}))["c_places"].sort_index())
show("2sfca", city.two_stage_fca(name="t", max_cost=15)["t_places"].sort_index())
show("e2sfca", city.enhanced_two_stage_fca(name="e", max_cost=15, weight_fn=bands)["e_places"].sort_index())
show("3sfca", city.three_stage_fca(name="s", max_cost=15, weight_fn=bands)["s_places"].sort_index())
