"""Shows that cost grows with the city: times the kernels on 1, 4, 16, 64 and 256 tiles and draws one plot.

Usage: scaling.py LIFECIRCLE_BENCH OUTPUT.svg [--city EXTRACT_OR_CITY] [--runs 5]
"""

import argparse
import json
import statistics
import subprocess
import warnings

import matplotlib

matplotlib.use("svg")
# Letters stay letters in the picture: whoever looks at it has the fonts, this machine need not.
warnings.filterwarnings("ignore", message="Glyph .* missing")
import matplotlib.pyplot as plot

SIDES = [1, 2, 4, 8, 16]
# As many targets a set on each tile, so that 256 tiles have 3,000.
TARGETS_A_TILE = 3000 / 256
WORK = {
    "engine": "making the engine · 建立分层",
    "nearest": "nearest of 30 services · 最近设施",
    "within": "counts within 15 min · 15 分钟内计数",
    "people": "who reaches whom in 15 min · 人与人可达",
}


def measure(bench, city, side, runs):
    targets = max(1, round(TARGETS_A_TILE * side * side))
    command = [bench, "--side", side, "--targets", targets, "--runs", runs, "--work", "nearest,within,people"]
    if city:
        command += ["--city", city]
    output = subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True).stdout
    report = json.loads(output)
    seconds = lambda work: report[work]["seconds"] if isinstance(report[work], dict) else report[work]
    return report["nodes"], {work: statistics.median(seconds(work)) for work in WORK}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bench")
    parser.add_argument("output")
    parser.add_argument("--city")
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    nodes, seconds = [], {work: [] for work in WORK}
    print("| tiles | nodes | " + " | ".join(f"{work}, s | µs a node" for work in WORK) + " |")
    print("|---" * (2 + 2 * len(WORK)) + "|")
    for side in SIDES:
        count, medians = measure(arguments.bench, arguments.city, side, arguments.runs)
        nodes.append(count)
        for work, median in medians.items():
            seconds[work].append(median)
        cells = " | ".join(f"{medians[work]:.4f} | {medians[work] / count * 1e6:.2f}" for work in WORK)
        print(f"| {side * side} | {count:,} | {cells} |", flush=True)
    plot.rcParams["font.sans-serif"] = ["Noto Sans CJK SC", "WenQuanYi Zen Hei", "Microsoft YaHei", "PingFang SC", "DejaVu Sans"]
    plot.rcParams["svg.fonttype"] = "none"
    plot.rcParams["svg.hashsalt"] = "lifecircle"
    figure, axes = plot.subplots(figsize=(8, 5))
    for (work, label), colour in zip(WORK.items(), ["#7f8c8d", "#1b7f79", "#d1495b", "#30638e"]):
        axes.loglog(nodes, seconds[work], marker="o", color=colour, linewidth=2)
        axes.annotate(label, (nodes[-1], seconds[work][-1]), xytext=(8, 0), textcoords="offset points", va="center", color=colour)
        straight = [seconds[work][-1] * count / nodes[-1] for count in nodes]
        axes.loglog(nodes, straight, color=colour, linewidth=0.8, linestyle=":")
    axes.set_xlabel("nodes · 节点数")
    axes.set_ylabel("seconds, two cores · 秒（双核）")
    axes.set_title("Cost grows with the city; dotted: in proportion · 耗时随城市规模线性增长（虚线为正比）", fontsize=10)
    axes.grid(True, which="major", color="#dddddd", linewidth=0.6)
    for side in ["top", "right"]:
        axes.spines[side].set_visible(False)
    axes.set_xlim(nodes[0] * 0.8, nodes[-1] * 1.2)
    figure.savefig(arguments.output, bbox_inches="tight", metadata={"Date": None})


if __name__ == "__main__":
    main()
