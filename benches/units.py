"""Units of communities: `lifecircle plan units`, a ReCom chain of GerryChain and PySAL's spopt on the same communities, side by side.

    benches/units.py target/release/lifecircle NAME.city --count 14 --tolerance 0.2 [--peers-tolerance 0.2] [--steps 2000]

All are looked at with one measure that none of them optimises alone: how far the populations are off the mean, how compact the dissolved
areas are (Polsby and Popper), and the mean straight way of residents from their community's middle to the best middle of its unit. Of the
chain the best of all steps within the tolerance counts. Needs geopandas, gerrychain and spopt.
"""

import argparse
import json
import pathlib
import random
import subprocess
import tempfile
import time
import warnings

import geopandas
import networkx
import numpy

warnings.filterwarnings("ignore")


def communities(program, city, directory):
    """The communities with their residents, in metres, and those beside each other; parts are joined where they are nearest."""
    subprocess.run([program, "measure", city, "-o", directory / "measured", "--format", "geojson", "--quiet"], check=True, capture_output=True)
    frame = geopandas.read_file(directory / "measured" / "communities.geojson").set_crs(4326, allow_override=True)
    frame = frame[frame.residents > 0].reset_index(drop=True)
    frame = frame.to_crs(frame.estimate_utm_crs())
    graph = networkx.Graph()
    graph.add_nodes_from(frame.index)
    near = frame.geometry.buffer(25)
    for a in frame.index:
        for b in frame.index[near.intersects(near[a])]:
            if a < b and near[a].intersection(near[b]).area > 2_500:
                graph.add_edge(a, b)
    while (parts := list(networkx.connected_components(graph))) and len(parts) > 1:
        inside, others = sorted(parts[0]), sorted(set(graph) - parts[0])
        gaps = [(frame.geometry[a].distance(frame.geometry[b]), a, b) for a in inside for b in others]
        graph.add_edge(*min(gaps)[1:])
    return frame, graph


def measures(frame, unit_of):
    people, middles = frame.residents.to_numpy(), numpy.array([(p.x, p.y) for p in frame.geometry.representative_point()])
    unit_of = numpy.array(unit_of)
    units = sorted(set(unit_of))
    weights = numpy.array([people[unit_of == unit].sum() for unit in units])
    way = 0.0
    for unit in units:
        own = numpy.flatnonzero(unit_of == unit)
        gaps = numpy.linalg.norm(middles[own][:, None] - middles[own][None], axis=2)
        way += (people[own][:, None] * gaps).sum(axis=0).min()
    shapes = frame.assign(unit=unit_of).dissolve("unit").geometry.buffer(5).buffer(-5)
    compact = (4 * numpy.pi * shapes.area / shapes.length**2).mean()
    return {"units": len(units), "off": float(abs(weights / weights.mean() - 1).max()), "compact": float(compact), "metres": float(way / people.sum())}


def ours(program, city, count, tolerance, frame):
    done = subprocess.run(
        [program, "plan", "units", city, "--count", str(count), "--tolerance", str(tolerance), "--gap", str(GAP), "--json"], check=True, capture_output=True, text=True
    )
    told = json.loads(done.stdout)
    place = {member: unit for unit, of in enumerate(told["units"]) for member in of["members"]}
    return measures(frame, [place[id] for id in frame.id]), told


def recom(frame, graph, count, tolerance, steps):
    from functools import partial

    from gerrychain import Graph, MarkovChain, Partition, accept, constraints, proposals, tree, updaters

    random.seed(1)
    for node in graph:
        graph.nodes[node]["people"] = int(round(frame.residents[node]))
    chain_graph = Graph.from_networkx(graph)
    ideal = sum(graph.nodes[node]["people"] for node in graph) / count
    start = tree.recursive_tree_part(chain_graph, range(count), ideal, "people", tolerance, node_repeats=10)
    first = Partition(chain_graph, start, {"people": updaters.Tally("people")})
    proposal = partial(proposals.recom, pop_col="people", pop_target=ideal, epsilon=tolerance, node_repeats=2)
    balanced = constraints.within_percent_of_ideal_population(first, tolerance, pop_key="people")
    best = None
    for partition in MarkovChain(proposal, [balanced], accept.always_accept, first, steps):
        found = measures_quick(frame, [partition.assignment[node] for node in frame.index])
        if best is None or found < best[0]:
            best = (found, [partition.assignment[node] for node in frame.index])
    return measures(frame, best[1])


def measures_quick(frame, unit_of):
    people, middles, unit_of = frame.residents.to_numpy(), MIDDLES, numpy.array(unit_of)
    way = 0.0
    for unit in set(unit_of):
        own = numpy.flatnonzero(unit_of == unit)
        way += (people[own][:, None] * numpy.linalg.norm(middles[own][:, None] - middles[own][None], axis=2)).sum(axis=0).min()
    return way


def maxp(frame, graph, count, tolerance):
    from libpysal.weights import W
    from spopt.region import MaxPHeuristic

    numpy.random.seed(1)
    weights = W({node: list(graph[node]) for node in graph}, silence_warnings=True)
    data = frame.assign(x=MIDDLES[:, 0], y=MIDDLES[:, 1])
    model = MaxPHeuristic(data, weights, ["x", "y"], "residents", frame.residents.sum() / count * (1 - tolerance), 2, max_iterations_construction=99, max_iterations_sa=10)
    model.solve()
    return measures(frame, list(model.labels_))


def timed(work, *arguments):
    began = time.perf_counter()
    found = work(*arguments)
    return found, time.perf_counter() - began


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("city")
    parser.add_argument("--count", type=int, default=14)
    parser.add_argument("--tolerance", type=float, default=0.2)
    parser.add_argument("--peers-tolerance", type=float, help="that of the peers, if it is another")
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--gap", type=float, default=0.02)
    asked = parser.parse_args()
    GAP, peers = asked.gap, asked.peers_tolerance or asked.tolerance
    with tempfile.TemporaryDirectory() as directory:
        frame, graph = communities(asked.program, asked.city, pathlib.Path(directory))
        MIDDLES = numpy.array([(p.x, p.y) for p in frame.geometry.representative_point()])
        rows = []
        (found, told), seconds = timed(ours, asked.program, asked.city, asked.count, asked.tolerance, frame)
        rows.append(("lifecircle", found, seconds))
        print(f"{len(frame)} communities; ours is within {100 * told['gap']:.2f} % of its bound in walking time" if told["gap"] is not None else "not balanced")
        for name, work, arguments in [
            (f"GerryChain ReCom, best of {asked.steps}", recom, (frame, graph, asked.count, peers, asked.steps)),
            ("spopt MaxPHeuristic", maxp, (frame, graph, asked.count, peers)),
        ]:
            try:
                rows.append((name, *timed(work, *arguments)))
            except Exception as error:  # A peer that cannot do it is told of, and the others go on.
                print(f"{name}: {type(error).__name__}: {error}")
    print(f"{'':32}{'units':>6}{'off the mean':>14}{'compactness':>13}{'metres':>9}{'seconds':>9}")
    for name, found, seconds in rows:
        print(f"{name:32}{found['units']:>6}{100 * found['off']:>13.1f}%{found['compact']:>13.3f}{found['metres']:>9.0f}{seconds:>9.1f}")
