#!/usr/bin/env python3
"""Checks a proof of `lifecircle plan`: that no choice of sites costs less than the bound that it states.

    lifecircle plan solve pmed1.txt --model p-median -o proofs
    python3 tools/check_proof.py proofs/pmed1.json

It shares no code with lifecircle and needs nothing but Python. What it takes for granted is the problem that the file holds, not
how it was solved; whole numbers throughout, so nothing is rounded.

Why it is right: let u be any prices of demands and t >= 0 a price of a unit of the limit. Each demand costs at least
min(u, ceiling) + the sum of min(0, cost - u) over the chosen sites, and the sizes of the chosen sites add up to at most
`most`. So every choice costs at least

    sum of min(u, ceiling)  -  t * most  +  sum over sites of min(0, opening + sum of min(0, cost - u) + t * size)

and one more than that by what a site adds, if it is chosen although it adds, or left out although it saves.
"""

import json
import sys

sys.setrecursionlimit(100_000)


class Problem:
    def __init__(self, about):
        self.weights = about["weights"]
        self.ceilings = about["ceilings"]
        self.rows = [list(zip(row[::2], row[1::2])) for row in about["links"]]  # site, cost
        self.opening = about["opening"]
        self.sizes = about["sizes"] or [0] * len(self.opening)
        self.most = about["most"]


class Part:
    """What is left of a problem: sites that are still open, and demands with the open sites that serve them below their ceiling."""

    def __init__(self, open_sites, demands, fixed, left):
        self.open, self.demands, self.fixed, self.left = open_sites, demands, fixed, left


class Wrong(Exception):
    pass


def reduced(problem, part, chosen, out):
    """The part after some sites were chosen and others ruled out; None if nothing satisfies it."""
    left, fixed = part.left, part.fixed
    for site in chosen:
        fixed += problem.opening[site]
        left = None if left is None else left - problem.sizes[site]
    if left is not None and left < 0:
        return None
    still = {s for s in part.open if s not in chosen and s not in out and (left is None or problem.sizes[s] <= left)}
    demands = []
    for demand, ceiling, row in part.demands:
        costs = [cost for site, cost in row if site in chosen]
        if costs and (ceiling is None or min(costs) < ceiling):
            ceiling = min(costs)
        row = [(site, cost) for site, cost in row if site in still and (ceiling is None or cost < ceiling)]
        if row:
            demands.append((demand, ceiling, row))
        elif problem.weights[demand]:
            if ceiling is None:
                return None
            fixed += problem.weights[demand] * ceiling
    return Part(still, demands, fixed, left)


def drop_dominated(problem, part, pairs):
    """Rules out sites that others make needless, after looking whether they do."""
    out = set()
    serves = {}
    for demand, _, row in part.demands:
        for site, cost in row:
            serves.setdefault(site, {})[demand] = cost
    for site, by in pairs:
        if site not in part.open or by not in part.open or site in out or by in out or site == by:
            raise Wrong(f"site {site} cannot be dominated by {by}")
        theirs = serves.get(by, {})
        if any(theirs.get(demand, cost + 1) > cost for demand, cost in serves.get(site, {}).items()):
            raise Wrong(f"site {by} does not serve all whom {site} serves")
        if problem.opening[by] > problem.opening[site] or problem.sizes[by] > problem.sizes[site]:
            raise Wrong(f"site {by} is dearer than {site}")
        out.add(site)
    return out


def check(proof, problem, bound):
    """Whether the proof shows that every choice costs at least `bound`."""
    unit = 1 << proof["scale"]
    nodes = proof["nodes"]
    goal = None if bound is None else (bound - 1) * unit
    everything = {site for site in range(len(problem.opening))}
    demands = [(d, problem.ceilings[d], row) for d, row in enumerate(problem.rows) if problem.weights[d]]
    whole = reduced(problem, Part(everything, demands, 0, problem.most), set(), set())
    waiting = [(0, whole)]
    seen = 0
    while waiting:
        at, part = waiting.pop()
        seen += 1
        node = nodes[at]
        for step in node.get("steps", []):
            if part is None:
                break
            out = drop_dominated(problem, part, step.get("dominated", []))
            part = reduced(problem, part, set(), out)
            if part is None:
                break
            part = apply(problem, part, step, unit, goal)
        if part is None:
            continue
        if not part.demands:
            if goal is None or part.fixed * unit <= goal:
                raise Wrong(f"node {at}: a choice costs {part.fixed}")
            continue
        if "site" not in node:
            raise Wrong(f"node {at} is neither bounded nor split")
        site = node["site"]
        waiting.append((node["with"], reduced(problem, part, {site}, set()) if site in part.open else None))
        waiting.append((node["without"], reduced(problem, part, set(), {site})))
    return seen


def apply(problem, part, step, unit, goal):
    """What is left after the bound by a step's prices settled what it settles; None if nothing that is cheap enough."""
    prices = dict(map(tuple, step.get("prices", [])))
    if any(price < 0 for price in prices.values()) or any(price < 0 for price in step.get("limit_prices", [])):
        raise Wrong("a price is below zero")
    if not prices:
        return part
    # Demands that are served alike have one price together.
    groups = {}
    for demand, ceiling, row in part.demands:
        group = groups.setdefault((ceiling, tuple(sorted(row))), [0, 0])
        group[0] += problem.weights[demand]
        group[1] += prices.get(demand, 0)
    total = part.fixed * unit
    earns = {site: problem.opening[site] * unit for site in part.open}
    for (ceiling, row), (weight, price) in groups.items():
        if ceiling is not None:
            price = min(price, weight * ceiling * unit)
        total += price
        for site, cost in row:
            earns[site] += min(0, weight * cost * unit - price)
    chosen, out = set(), set()
    for limit_price in step["limit_prices"]:
        adds = {site: earned + limit_price * problem.sizes[site] for site, earned in earns.items()}
        least = total - limit_price * (part.left or 0) + sum(min(0, add) for add in adds.values())
        if goal is not None and least > goal:
            return None
        for site, add in adds.items():
            if goal is not None and least + abs(add) > goal:
                (out if add >= 0 else chosen).add(site)
    if chosen & out:
        return None
    return reduced(problem, part, chosen, out)


def main():
    if len(sys.argv) != 2:
        sys.exit("give the file that `lifecircle plan … -o DIR` wrote")
    with open(sys.argv[1], encoding="utf-8") as file:
        about = json.load(file)
    problem = Problem(about["problem"])
    chosen = about["chosen"]
    if chosen is not None:
        value = sum(problem.opening[site] for site in chosen)
        is_chosen = set(chosen)
        for demand, row in enumerate(problem.rows):
            costs = [cost for site, cost in row if site in is_chosen] + [problem.ceilings[demand]] * (problem.ceilings[demand] is not None)
            if not costs and problem.weights[demand]:
                sys.exit(f"wrong: demand {demand} is not served")
            value += problem.weights[demand] * min(costs, default=0)
        if problem.most is not None and sum(problem.sizes[site] for site in chosen) > problem.most:
            sys.exit("wrong: the limit does not allow the choice")
        if value != about["value"]:
            sys.exit(f"wrong: the choice costs {value}, not {about['value']}")
    try:
        seen = check(about["proof"], problem, about["bound"])
    except Wrong as wrong:
        sys.exit(f"wrong: {wrong}")
    print(f"right: value {about['value']}, every choice costs at least {about['bound']} ({seen} parts)")


if __name__ == "__main__":
    main()
