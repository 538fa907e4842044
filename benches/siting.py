"""Published problems of siting: `lifecircle plan solve` and PySAL's spopt with HiGHS on the same files, side by side.

    benches/siting.py target/release/lifecircle ../shared/data [--peer-seconds 120] [--only pmed6,SJC708]

All 40 p-medians and p-centers of OR-Library, maximal coverings, and set coverings; the peer solves those that fit its dense models within its
time. Values are compared with the published ones, and with the peer's.
"""

import argparse
import json
import multiprocessing
import pathlib
import subprocess
import time

MEDIANS = (
    "5819 4093 4250 3034 1355 7824 5631 4445 2734 1255 7696 6634 4374 2968 1729 8162 6999 4809 2845 1789 9138 8579 4619 2961 "
    "1828 9917 8307 4498 3033 1989 10086 9297 4700 3013 10400 9934 5057 11060 9423 5128"
)
COVERINGS = [
    ("SJC324", 3, 800), ("SJC402", 5, 800), ("SJC500", 7, 800), ("SJC708", 7, 800), ("SJC708", 10, 800), ("SJC818", 7, 800),
    ("SJC818", 10, 800), ("PCB3038", 10, 200), ("PCB3038", 20, 200), ("PCB3038", 10, 400), ("BDS10000", 10, 5), ("BDS10000", 15, 5),
]
# The fewest sites that cover all, within so much.
FEWEST = [("SJC324", 800), ("SJC500", 800), ("SJC818", 800), ("pmed1", 60), ("pmed6", 40), ("pmed16", 20)]
# The peer's models hold a variable for each pair; those that are tried.
PEER_MEDIANS = [1, 5, 6, 11]
PEER_CENTERS = [1, 6]


def ours(program, file, model, *more):
    done = subprocess.run(
        [program, "plan", "solve", file, "--model", model, "--json", "--time-limit", "300", *map(str, more)],
        check=True, capture_output=True, text=True,
    )
    return json.loads(done.stdout)


def lengths(file):
    import numpy
    from scipy.sparse.csgraph import floyd_warshall

    rows = [line.split() for line in file.read_text().splitlines() if line.strip()]
    if file.name.startswith("pmed"):
        n = int(rows[0][0])
        matrix = numpy.full((n, n), numpy.inf)
        for a, b, cost in rows[1:]:
            matrix[int(a) - 1, int(b) - 1] = matrix[int(b) - 1, int(a) - 1] = float(cost)
        return floyd_warshall(matrix), numpy.ones(n), int(rows[0][2])
    if rows[1][0] == "F":
        sites = numpy.array([[float(x) for x in row[2:4]] for row in rows[1:] if row[0] == "F"])
        demands = [row for row in rows[1:] if row[0] == "C"]
        at, weights = numpy.array([[float(x) for x in row[2:4]] for row in demands]), [float(row[4]) for row in demands]
    else:
        at = sites = numpy.array([[float(x) for x in row[:2]] for row in rows[1:]])
        weights = [float(row[2]) for row in rows[1:]]
    gaps = at[:, None, :] - sites[None, :, :]
    return numpy.hypot(gaps[..., 0], gaps[..., 1]), numpy.array(weights), None


def peer(file, model, p, radius, answer):
    import pulp
    from spopt.locate import LSCP, MCLP, PCenter, PMedian

    matrix, weights, asked = lengths(file)
    p = p or asked
    began = time.perf_counter()
    solver = pulp.HiGHS(msg=False)
    if model == "p-median":
        made = PMedian.from_cost_matrix(matrix, weights, p_facilities=p)
    elif model == "p-center":
        made = PCenter.from_cost_matrix(matrix, p_facilities=p)
    elif model == "lscp":
        made = LSCP.from_cost_matrix(matrix, radius)
    else:
        made = MCLP.from_cost_matrix(matrix, weights, service_radius=radius, p_facilities=p)
    made = made.solve(solver)
    value = made.problem.objective.value()
    answer.put((value, time.perf_counter() - began))


def within(seconds, *about):
    """What the peer finds in some time, in a process of its own."""
    answer = multiprocessing.Queue()
    process = multiprocessing.Process(target=peer, args=(*about, answer))
    process.start()
    process.join(seconds)
    if process.is_alive():
        process.kill()
        process.join()
        return None
    return answer.get(timeout=5) if not answer.empty() else None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--peer-seconds", type=float, default=120)
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    only = set(filter(None, arguments.only.split(",")))
    orlib = arguments.data / "orlib"
    centers = dict(line.split() for line in (orlib / "kcenteropt.txt").read_text().splitlines() if len(line.split()) == 2)
    work = []
    for number, median in enumerate(MEDIANS.split(), 1):
        work.append((orlib / f"pmed{number}.txt", "p-median", None, None, float(median), number in PEER_MEDIANS))
    for number in range(1, 41):
        work.append((orlib / f"pmed{number}.txt", "p-center", None, None, float(centers[f"pmed{number}"]), number in PEER_CENTERS))
    for name, p, radius in COVERINGS:
        work.append((arguments.data / "mclp" / f"{name}.txt", "mclp", p, radius, None, True))
    for name, radius in FEWEST:
        folder = orlib if name.startswith("pmed") else arguments.data / "mclp"
        work.append((folder / f"{name}.txt", "lscp", None, radius, None, True))
    print("| problem | model | p | value | bound | seconds | spopt + HiGHS | times |\n|---|---|---|---|---|---|---|---|")
    total = {}
    for file, model, p, radius, published, with_peer in work:
        if only and file.stem not in only:
            continue
        more = [*(["--p", p] if p else []), *(["--radius", radius] if radius else [])]
        found = ours(arguments.program, file, model, *more)
        assert published is None or found["value"] == published == found["bound"], (file, found, published)
        total[model] = total.get(model, 0) + found["seconds"]
        theirs = within(arguments.peer_seconds, file, model, p, radius) if with_peer else None
        told, ratio = ("–", "") if not with_peer else (f"not in {arguments.peer_seconds:.0f} s", f"> {arguments.peer_seconds / found['seconds']:.0f}")
        if theirs:
            assert abs(theirs[0] - found["value"]) < 1e-3 * max(1, abs(theirs[0])), (file, found, theirs)
            told, ratio = f"{theirs[1]:.2f} s", f"{theirs[1] / found['seconds']:.0f}"
        name = file.stem + (f", {radius}" if radius else "")
        value, bound = (f"{found[key]:.0f}" for key in ("value", "bound"))
        print(f"| {name} | {model} | {found['p'] or '–'} | {value} | {bound} | {found['seconds']:.2f} | {told} | {ratio} |", flush=True)
    print("\n" + "; ".join(f"all {model}: {seconds:.1f} s" for model, seconds in total.items()))


if __name__ == "__main__":
    main()
