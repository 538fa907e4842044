"""Proofs of `lifecircle plan` are checked by tools/check_proof.py, and refused once anything in them is changed.

    python3 tests/readers/check_proofs.py target/debug/lifecircle
"""

import json
import pathlib
import random
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHECK = ROOT / "tools/check_proof.py"


def check(file):
    done = subprocess.run([sys.executable, CHECK, file], capture_output=True, text=True, timeout=300)
    return done.returncode == 0, done.stdout + done.stderr


def graph(file, nodes, p, seed):
    """A random graph in OR-Library's form."""
    dice = random.Random(seed)
    edges = [(a, a + 1, dice.randint(1, 90)) for a in range(1, nodes)]
    edges += [(dice.randint(1, nodes), dice.randint(1, nodes), dice.randint(1, 90)) for _ in range(3 * nodes)]
    file.write_text(f"{nodes} {len(edges)} {p}\n" + "".join(f"{a} {b} {c}\n" for a, b, c in edges))


def refused(file, about, change, what):
    """Writes a changed proof, which must not pass."""
    wrong = json.loads(json.dumps(about))
    change(wrong)
    file.write_text(json.dumps(wrong))
    passed, said = check(file)
    assert not passed, f"{what} was not noticed: {said}"


def main():
    program = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as directory:
        directory = pathlib.Path(directory)
        proofs, wrong = directory / "proofs", directory / "wrong.json"
        sites = [program, "plan", "sites", directory / "demo/demo.city"]
        commands = [
            [*sites, "--service", "pocket_park", "--count", "5"],
            [*sites, "--service", "pocket_park", "--count", "5", "--floor", "40%"],
            [*sites, "--service", "pocket_park", "--count", "4", "--model", "backup"],
            [*sites, "--service", "childcare", "--count", "4", "--model", "capacitated", "--capacity", "2"],
            [*sites, "--service", "pharmacy", "--model", "lscp"],
            [*sites, "--service", "pocket_park", "--count", "2", "--model", "p-center", "--cover", "80%"],
        ]
        subprocess.run([program, "demo", "--small", "--no-open", "--no-desk", "-q", "-o", directory / "demo"], check=True, capture_output=True)
        for seed, (nodes, p) in enumerate([(30, 3), (60, 12), (90, 7)]):
            file = directory / f"graph{seed}.txt"
            graph(file, nodes, p, seed)
            commands.append([program, "plan", "solve", file, "--model", "p-median"])
            commands.append([program, "plan", "solve", file, "--model", "lscp", "--radius", "60"])
            commands.append([program, "plan", "solve", file, "--model", "mclp", "--radius", "40"])
            commands.append([program, "plan", "solve", file, "--model", "p-center"])
        split = 0
        for command in commands:
            done = subprocess.run([*command, "-o", proofs, "--force", "--json"], check=True, capture_output=True, text=True)
            assert json.loads(done.stdout)["proven_optimal"], done.stdout
            [proof] = proofs.glob("[!s]*.json")
            passed, said = check(proof)
            assert passed, f"{command}: {said}"
            about = json.loads(proof.read_text())
            split += len(about["proof"]["nodes"]) > 1

            def higher(about):
                # That nothing is enough is proven of a threshold, which may lie below what can be had.
                about["bound"] += 1 if about["value"] is not None else 10**12

            def dearer(about):
                about["value"] -= 1

            def without_prices(about):
                for node in about["proof"]["nodes"]:
                    for step in node.get("steps", []):
                        step["prices"] = []

            def in_halves(about):
                about["proof"]["scale"] = about["proof"]["scale"] + 0.5

            def endless(about):
                about["proof"]["nodes"][0].update(steps=[], site=0, without=0)
                about["proof"]["nodes"][0]["with"] = 0

            def named_from_behind(about):
                about["chosen"][0] -= 10**6

            def overfull(about):
                about["assigned"].append(about["assigned"][0])

            # Whom nobody serves makes any bound right.
            if all(about["problem"].get("links", [True])):
                refused(wrong, about, higher, "a bound that is too high")
            refused(wrong, about, in_halves, "a number that is not whole")
            refused(wrong, about, endless, "a node that is a part of itself")
            if about["chosen"]:
                refused(wrong, about, named_from_behind, "a site that is not there")
            # That nothing is enough is proven of no choice.
            if about["value"] is not None:
                refused(wrong, about, dearer, "a value that the choice does not have")
            if "assigned" in about:
                refused(wrong, about, overfull, "somebody who is served twice by one site")
            # A covering needs no prices where the sites that are chosen share nobody.
            if about["value"] and "assigned" not in about:
                refused(wrong, about, without_prices, "a proof without prices")
        print(f"{len(commands)} proofs checked, {split} of them of several parts; every change was noticed")


if __name__ == "__main__":
    main()
