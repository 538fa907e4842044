"""Times lifecircle, pandana, cityseer and SciPy on the very same graph and targets, checks that their answers agree, and
prints one table of ratios.

Usage: peers.py LIFECIRCLE_BENCH [--city EXTRACT_OR_CITY] [--runs 5] [--nearest-side 16] [--counts-side 2]

Each of the tools gets a graph whose edges carry whole milliseconds. What reads files, or turns a graph into the form that
a tool wants, is not timed; what a tool must do before its first answer is (pandana's contraction), on a line of its own.
"""

import argparse
import json
import statistics
import subprocess
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

import numpy
import pandas
import pyarrow.parquet
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

LIMIT = 900.0
SPEED = 1.2
# Times are sums of milliseconds as floating-point seconds; a count may differ where a time is within this of the limit.
SLACK = 0.005


class Case:
    """A tiled city with targets, our times on it and our answers."""

    def __init__(self, bench, city, side, sets, targets, runs, works):
        self.side, self.sets, self.targets = side, sets, targets
        with tempfile.TemporaryDirectory() as directory:
            command = [bench, "--side", side, "--sets", sets, "--targets", targets, "--runs", runs]
            command += ["--limit", LIMIT, "--speed", SPEED, "--work", ",".join(works), "--out", directory]
            if city:
                command += ["--city", city]
            output = subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True).stdout
            self.ours = json.loads(output)
            read = lambda name: pyarrow.parquet.read_table(Path(directory) / f"{name}.parquet").to_pandas()
            self.nodes, edges = read("nodes"), read("edges")
            self.targets_of = [group["node"].to_numpy() for _, group in read("targets").groupby("set")]
            answers = read("answers")
        self.nearest = numpy.column_stack([answers[f"s{s}"] for s in range(sets)]).astype(float)
        self.nearest[numpy.isnan(self.nearest)] = numpy.inf
        self.counts = numpy.column_stack([answers[f"n{s}"] for s in range(sets)])
        # Of several edges between two nodes the fastest; none from a node to itself.
        edges = edges[edges["from"] != edges["to"]]
        self.edges = edges.groupby(["from", "to"], as_index=False).agg(seconds=("seconds", "min"), metres=("metres", "min"))
        shape = (len(self.nodes), len(self.nodes))
        self.graph = csr_matrix((self.edges.seconds, (self.edges["from"], self.edges["to"])), shape=shape)

    def __str__(self):
        return f"{len(self.nodes):,} nodes, {self.sets} x {self.targets:,} targets"


def timed(runs, work):
    """Seconds of each run, and the last answer."""
    seconds = []
    for _ in range(runs):
        started = time.perf_counter()
        answer = work()
        seconds.append(time.perf_counter() - started)
    return seconds, answer


# Fewer answers that agree than all but a thousandth are no agreement.
AGREEMENT = 0.999


def check(name, same):
    """The share of answers that agree with SciPy's; too few are an error of ours."""
    share = float(numpy.mean(same))
    if share < AGREEMENT:
        raise SystemExit(f"{name}: only {share:.2%} of the answers agree")
    return share


def compare(name, same):
    """The share of a peer's answers that agree. Too few are told here and in the table; the other peers go on."""
    share = float(numpy.mean(same))
    if share < AGREEMENT:
        print(f"  {name}: only {share:.2%} of the answers agree", flush=True)
    return share


def is_two_way(edges):
    """Whether every edge is there the other way round at the same cost."""
    there = set(edges[["from", "to", "seconds"]].itertuples(index=False, name=None))
    return all((end, start, seconds) in there for start, end, seconds in there)


def scipy_nearest(case):
    """The nearest target of each set by a multi-source Dijkstra; the graph is turned round, since people walk to targets."""
    turned = case.graph.T.tocsr()
    return numpy.column_stack([dijkstra(turned, indices=nodes, min_only=True) for nodes in case.targets_of])


def scipy_counts(case, origins):
    """How many targets of each set lie within the limit of some origins, one Dijkstra each."""
    members = [numpy.bincount(nodes, minlength=len(case.nodes)) for nodes in case.targets_of]
    members = csr_matrix(numpy.column_stack(members))
    bounds = []
    for slack in (-SLACK, SLACK):
        times = dijkstra(case.graph, indices=origins, limit=LIMIT + SLACK)
        bounds.append((csr_matrix((times <= LIMIT + slack).astype(numpy.int64)) @ members).toarray())
    return bounds


class Pandana:
    """pandana: nodes with coordinates, edges with a weight."""

    def __init__(self, case):
        import pandana

        # pandana uses coordinates only to snap to nodes: with these every target finds its own, even where two nodes lie
        # at the same place. Where all edges are the same both ways it is given each once, which makes it faster; where some are
        # one-way (escalators, slopes) all edges with their direction.
        line = pandas.Series(numpy.arange(len(case.nodes), dtype=float))
        two_way = is_two_way(case.edges)
        edges = case.edges[case.edges["from"] < case.edges["to"]] if two_way else case.edges
        make = lambda: pandana.Network(line, line * 0, edges["from"], edges["to"], edges[["seconds"]], twoway=two_way)
        self.case, started = case, time.perf_counter()
        self.network = make()
        self.build = [time.perf_counter() - started]

    def at(self, nodes):
        line = pandas.Series(nodes.astype(float))
        return line, line * 0

    def nearest(self):
        columns = []
        for number, nodes in enumerate(self.case.targets_of):
            nodes = numpy.unique(nodes)
            self.network.set_pois(f"set{number}", LIMIT, 1, *self.at(nodes))
            columns.append(self.network.nearest_pois(LIMIT, f"set{number}", num_pois=1)[1].to_numpy())
        return numpy.column_stack(columns)

    def counts(self):
        columns = []
        for number, nodes in enumerate(self.case.targets_of):
            self.network.set(pandas.Series(nodes), name=f"count{number}")
            columns.append(self.network.aggregate(LIMIT, type="count", name=f"count{number}").to_numpy())
        return numpy.column_stack(columns)


class Cityseer:
    """cityseer: a street structure in metres, with an impedance that makes a metre of each edge take its time."""

    def __init__(self, case):
        from cityseer import rustalgos

        middle = numpy.radians(case.nodes.lat.mean())
        x = (case.nodes.lon - case.nodes.lon.min()).to_numpy() * 111320 * numpy.cos(middle)
        y = (case.nodes.lat - case.nodes.lat.min()).to_numpy() * 110574
        self.structure = rustalgos.graph.NetworkStructure()
        for node in range(len(case.nodes)):
            self.structure.add_street_node(node, x[node], y[node], True, 1.0)
        for edge, (start, end, seconds) in enumerate(case.edges[["from", "to", "seconds"]].to_numpy()):
            start, end = int(start), int(end)
            line = f"LINESTRING({x[start]} {y[start]}, {x[end]} {y[end]})"
            length = max(float(numpy.hypot(x[start] - x[end], y[start] - y[end])), 0.001)
            self.structure.add_street_edge(start, end, edge, start, end, line, imp_factor=seconds * SPEED / length)
        self.structure.validate()
        self.structure.build_edge_rtree()
        self.data = rustalgos.data.DataMap()
        self.kinds = {}
        for number, nodes in enumerate(case.targets_of):
            for place, node in enumerate(nodes):
                key = f"{number}-{place}"
                self.kinds[key] = str(number)
                self.data.insert(key, f"POINT({x[node]} {y[node]})")
        self.data.assign_data_to_network(self.structure, 1.0, 50)
        self.sets = case.sets

    def counts(self):
        keys = [str(number) for number in range(self.sets)]
        found = self.data.accessibility_decays(
            network_structure=self.structure, landuses_map=self.kinds, accessibility_keys=keys, decay_fns=["1"],
            distances=[round(LIMIT * SPEED)], minutes=None, angular=False, speed_m_s=SPEED,
        )[0]
        order = numpy.argsort(numpy.array(found.node_keys_py, dtype=int))
        return numpy.column_stack([found.result[key].count[round(LIMIT * SPEED)][order] for key in keys])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bench")
    parser.add_argument("--city")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--nearest-side", type=int, default=16)
    parser.add_argument("--nearest-targets", type=int, default=3000)
    parser.add_argument("--counts-side", type=int, default=2)
    parser.add_argument("--counts-targets", type=int, default=50)
    parser.add_argument("--most-seconds", type=float, default=600, help="a peer gets fewer runs beyond this")
    arguments = parser.parse_args()
    rows = []

    def tell(work, case, peer, seconds, ours, agree):
        median, own = statistics.median(seconds), statistics.median(ours)
        rows.append((work, str(case), peer, len(seconds), median, own, median / own, agree))
        print(f"  {peer}: {median:.3f} s against {own:.4f} s, {median / own:,.0f} times", flush=True)

    def within_time(work):
        """As many runs as asked for, unless the first one took so long that they would not be done in time."""
        first, answer = timed(1, work)
        more = max(min(arguments.runs - 1, int((arguments.most_seconds - first[0]) / max(first[0], 1e-9))), 0)
        return first + timed(more, work)[0] if more else first, answer

    print(f"scipy {version('scipy')}, pandana {version('pandana')}, cityseer {version('cityseer')}", flush=True)
    case = Case(arguments.bench, arguments.city, arguments.nearest_side, 30, arguments.nearest_targets, arguments.runs, ["nearest"])
    print(f"nearest: {case}", flush=True)
    seconds, times = within_time(lambda: scipy_nearest(case))
    agree = check("nearest, SciPy", numpy.isclose(times, case.nearest, atol=0.001))
    ours = case.ours["nearest"]["seconds"]
    tell("nearest, however far", case, "SciPy", seconds, ours, agree)
    kept = [sum(run) for run in zip(case.ours["engine_kept"], ours)]
    tell("the same, with reading the engine that is kept with the city", case, "SciPy", seconds, kept, agree)
    anew = [sum(run) for run in zip(case.ours["engine"], ours)]
    tell("the same, with making the engine anew", case, "SciPy", seconds, anew, agree)

    case = Case(
        arguments.bench, arguments.city, arguments.counts_side, 30, arguments.counts_targets, arguments.runs,
        ["nearest", "within"],
    )
    print(f"counts: {case}", flush=True)
    sample = numpy.unique(numpy.linspace(0, len(case.nodes) - 1, 500).astype(int))
    low, high = scipy_counts(case, sample)
    check("counts, SciPy", (low <= case.counts[sample]) & (case.counts[sample] <= high))
    pandana = Pandana(case)
    tell("making ready", case, "pandana", pandana.build, case.ours["engine"], 1.0)
    seconds, times = within_time(pandana.nearest)
    ours_near = numpy.minimum(case.nearest, LIMIT)
    agree = compare("nearest, pandana", numpy.isclose(numpy.minimum(times, LIMIT), ours_near, atol=0.01))
    tell("nearest within 15 minutes", case, "pandana", seconds, case.ours["nearest"]["seconds"], agree)
    seconds, counts = within_time(pandana.counts)
    agree = compare("counts, pandana", numpy.abs(counts - case.counts) <= 0)
    tell("counts within 15 minutes", case, "pandana", seconds, case.ours["within"]["seconds"], agree)
    cityseer = Cityseer(case)
    seconds, counts = within_time(cityseer.counts)
    agree = compare("counts, cityseer", counts == case.counts)
    tell("counts within 15 minutes", case, "cityseer", seconds, case.ours["within"]["seconds"], agree)

    print("\n| work | city | peer | runs | peer, s | lifecircle, s | ratio | answers that agree |")
    print("|---|---|---|---|---|---|---|---|")
    for work, city, peer, runs, theirs, own, ratio, agree in rows:
        mark = "" if agree >= AGREEMENT or peer == "cityseer" else " (it disagrees)"
        print(f"| {work} | {city} | {peer} | {runs} | {theirs:.3f} | {own:.4f} | {ratio:,.1f} | {agree:.3%}{mark} |")


if __name__ == "__main__":
    main()
