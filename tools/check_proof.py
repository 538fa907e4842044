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

A covering with conditions (facilities that hold so many, people who want two, floors of areas) is lost people: all, each as often as they
want to be served, less those who are. Let u be any prices of being served once and m >= 0 a price of a person who is missing to an area's
floor. Serving somebody is then worth w = max(0, 1 + m - u), and every choice loses at least

    all people  -  sum of times * weight * u  +  sum of floor * m  -  t * most  -  sum over sites of max(0, K - t * size)

where K is the most that a site's capacity can make of its people: those of the greatest w first. Sites that stand count K whatever it is.
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
        for row in self.rows:
            numbers([site for site, _ in row], len(self.opening), "a site")
        if (about["sizes"] is None) != (about["most"] is None):
            raise Wrong("sizes without a limit, or a limit without sizes")
        self.sizes = about["sizes"] or [0] * len(self.opening)
        self.most = about["most"]


class Part:
    """What is left of a problem: sites that are still open, and demands with the open sites that serve them below their ceiling."""

    def __init__(self, open_sites, demands, fixed, left):
        self.open, self.demands, self.fixed, self.left = open_sites, demands, fixed, left


class Wrong(Exception):
    pass


def whole(number, what, least=0, most=None):
    """A whole number within bounds; anything else is no proof."""
    if type(number) is not int or number < least or most is not None and number > most:
        raise Wrong(f"{what} is {number!r}")
    return number


def numbers(them, count, what):
    """Different whole numbers from 0 to below a count."""
    for number in them:
        whole(number, what, 0, count - 1)
    if len(set(them)) < len(them):
        raise Wrong(f"{what} is named twice")


def check_shape(proof, sites):
    """Nodes are a tree, in which children come after their parents, and name sites that are there."""
    whole(proof["scale"], "the scale", 0, 64)
    nodes, parents = proof["nodes"], set()
    for at, node in enumerate(nodes):
        for step in node.get("steps", []):
            for site, by in step.get("dominated", []):
                numbers([site, by], sites, "a site")
            prices = [price for _, price in step.get("prices", [])]
            for price in [*prices, *step.get("floor_prices", []), *step.get("limit_prices", [])]:
                whole(price, "a price")
        if "site" in node:
            numbers([node["site"]], sites, "a site")
            for child in (node["with"], node["without"]):
                whole(child, "a node", at + 1, len(nodes) - 1)
                if child in parents:
                    raise Wrong(f"node {child} is a part of two")
                parents.add(child)


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
    check_shape(proof, len(problem.opening))
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


class Covering:
    """A covering with conditions: for each site the demands that it serves."""

    def __init__(self, about):
        self.weights, self.times, self.areas = about["weights"], about["times"], about["areas"]
        self.served, self.floors, self.standing = about["served"], about["floors"], set(about["standing"])
        self.capacities = about["capacities"] or [None] * len(self.served)
        self.sizes, self.most, self.lost = about["sizes"], about["most"], about["lost"]
        for them in self.served:
            numbers(them, len(self.weights), "a demand")
        numbers(about["standing"], len(self.served), "a site that stands")
        if any(self.sizes[site] for site in self.standing):
            raise Wrong("a site that stands takes of the limit")

    def all_people(self):
        return self.lost + sum(weight * times for weight, times in zip(self.weights, self.times))

    def makes(self, site, worth):
        """The most that a site can make of its people."""
        best = sorted(((worth[demand], self.weights[demand]) for demand in self.served[site]), reverse=True)
        room, made = self.capacities[site], 0
        for each, people in best:
            people = people if room is None else min(people, room)
            made += each * people
            room = None if room is None else room - people
        return made


def covering_dominated(problem, state, pairs):
    """Rules out sites that others make needless, after looking whether they do."""
    if pairs and (any(times > 1 for times in problem.times) or any(c is not None for c in problem.capacities)):
        raise Wrong("where people want two, or sites are bounded, no site makes another needless")
    for site, by in pairs:
        if site == by or site in state["chosen"] | state["out"] or by in state["chosen"] | state["out"]:
            raise Wrong(f"site {site} cannot be dominated by {by}")
        if not set(problem.served[site]) <= set(problem.served[by]) or problem.sizes[by] > problem.sizes[site]:
            raise Wrong(f"site {by} does not serve all whom {site} serves")
        state["out"].add(site)


def covering_step(problem, state, step, unit, goal):
    """Settles what a step's prices settle; whether the part is done."""
    covering_dominated(problem, state, step.get("dominated", []))
    chosen, out = state["chosen"], state["out"]
    left = problem.most - sum(problem.sizes[site] for site in chosen)
    if left < 0:
        return True
    if not step["limit_prices"]:
        return False
    u = [0] * len(problem.weights)
    for demand, price in step.get("prices", []):
        u[demand] = price
    m = step.get("floor_prices") or [0] * len(problem.floors)
    if len(m) != len(problem.floors) or min([0, *u, *m, *step["limit_prices"]]) < 0:
        raise Wrong("a price is below zero, or of an area that is not there")
    worth = [max(0, unit + (0 if area is None else m[area]) - price) for area, price in zip(problem.areas, u)]
    sites = range(len(problem.served))
    open_sites = [s for s in sites if s not in chosen and s not in out and problem.sizes[s] <= left]
    makes = {site: problem.makes(site, worth) for site in [*open_sites, *chosen]}
    fixed = problem.all_people() * unit - sum(t * w * p for t, w, p in zip(problem.times, problem.weights, u))
    fixed += sum(floor * price for floor, price in zip(problem.floors, m)) - sum(makes[site] for site in chosen)
    taken, left_out = set(), set()
    for price in step["limit_prices"]:
        adds = {site: price * problem.sizes[site] - makes[site] for site in open_sites}
        least = fixed - price * left + sum(min(0, add) for add in adds.values())
        if goal is not None and least > goal:
            return True
        for site, add in adds.items():
            if goal is not None and least + abs(add) > goal:
                (left_out if add >= 0 else taken).add(site)
    if taken & left_out:
        return True
    chosen |= taken
    out |= left_out
    return False


def check_covering(proof, problem, bound):
    """Whether the proof shows that every choice loses at least `bound`; that there is none, where that is nothing."""
    check_shape(proof, len(problem.served))
    unit, nodes = 1 << proof["scale"], proof["nodes"]
    # No choice loses more than everybody.
    goal = ((problem.all_people() + 1 if bound is None else bound) - 1) * unit
    waiting, seen = [(0, set(problem.standing), set())], 0
    while waiting:
        at, chosen, out = waiting.pop()
        seen += 1
        node, state = nodes[at], {"chosen": chosen, "out": out}
        if problem.most < sum(problem.sizes[site] for site in chosen):
            continue
        if any(covering_step(problem, state, step, unit, goal) for step in node.get("steps", [])):
            continue
        if "site" not in node:
            raise Wrong(f"node {at} is neither bounded nor split")
        site = node["site"]
        if site in chosen | out:
            raise Wrong(f"node {at} is split at a site that is settled")
        waiting.append((node["with"], chosen | {site}, set(out)))
        waiting.append((node["without"], set(chosen), out | {site}))
    return seen


def check_assigned(problem, chosen, assigned, value):
    """Whether the choice serves as many as it says."""
    numbers(chosen, len(problem.served), "a site")
    if sum(problem.sizes[site] for site in chosen) > problem.most:
        raise Wrong("the limit does not allow the choice")
    everything, by_site, by_demand, by_area = set(chosen) | problem.standing, {}, {}, {}
    for demand, site, people in assigned:
        whole(people, "a number of people")
        whole(demand, "a demand", 0, len(problem.weights) - 1)
        if site not in everything or demand not in problem.served[site] or people > problem.weights[demand]:
            raise Wrong(f"demand {demand} cannot go to site {site}")
        by_site[site] = by_site.get(site, 0) + people
        by_demand[demand] = by_demand.get(demand, 0) + people
        by_area[problem.areas[demand]] = by_area.get(problem.areas[demand], 0) + people
    if len({(demand, site) for demand, site, _ in assigned}) < len(assigned):
        raise Wrong("somebody goes to a site twice")
    for site, people in by_site.items():
        if problem.capacities[site] is not None and people > problem.capacities[site]:
            raise Wrong(f"site {site} holds fewer than go there")
    for demand, people in by_demand.items():
        if people > problem.weights[demand] * problem.times[demand]:
            raise Wrong(f"demand {demand} is served more often than it wants")
    for area, floor in enumerate(problem.floors):
        if by_area.get(area, 0) < floor:
            raise Wrong(f"area {area} is below its floor")
    lost = problem.all_people() - sum(by_demand.values())
    if lost != value:
        raise Wrong(f"the choice loses {lost}, not {value}")


def main():
    if len(sys.argv) != 2:
        sys.exit("give the file that `lifecircle plan … -o DIR` wrote")
    try:
        with open(sys.argv[1], encoding="utf-8") as file:
            about = json.load(file, parse_float=refuse, parse_constant=refuse)
        check_claim(about)
        is_covering = about["problem"]["kind"] == "covering"
        seen = (main_covering if is_covering else main_choice)(about)
    except Wrong as wrong:
        sys.exit(f"wrong: {wrong}")
    print(f"right: value {about['value']}, every choice costs at least {about['bound']} ({seen} parts)")


def refuse(number):
    raise Wrong(f"{number} is no whole number")


def check_claim(about):
    """What is said of the whole: a choice has a value, and no bound lies above it."""
    if about["bound"] is not None:
        whole(about["bound"], "the bound")
    if about["chosen"] is None:
        if about["value"] is not None:
            raise Wrong("a value without a choice")
        return
    value = whole(about["value"], "the value")
    if about["bound"] is None or about["bound"] > value:
        raise Wrong(f"the bound {about['bound']} lies above the value {value}")


def main_covering(about):
    problem = Covering(about["problem"])
    if about["chosen"] is not None:
        check_assigned(problem, about["chosen"], about["assigned"], about["value"])
    return check_covering(about["proof"], problem, about["bound"])


def main_choice(about):
    problem = Problem(about["problem"])
    chosen = about["chosen"]
    if chosen is not None:
        numbers(chosen, len(problem.opening), "a site")
        value = sum(problem.opening[site] for site in chosen)
        is_chosen = set(chosen)
        for demand, row in enumerate(problem.rows):
            costs = [cost for site, cost in row if site in is_chosen] + [problem.ceilings[demand]] * (problem.ceilings[demand] is not None)
            if not costs and problem.weights[demand]:
                raise Wrong(f"demand {demand} is not served")
            value += problem.weights[demand] * min(costs, default=0)
        if problem.most is not None and sum(problem.sizes[site] for site in chosen) > problem.most:
            raise Wrong("the limit does not allow the choice")
        if value != about["value"]:
            raise Wrong(f"the choice costs {value}, not {about['value']}")
    return check(about["proof"], problem, about["bound"])


if __name__ == "__main__":
    main()
