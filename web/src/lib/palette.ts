// How people are coloured: classes of a number, each with a colour and a label. From brown for little to teal for much, an order
// that people who see few colours can follow too.
import type { Service } from "./api";
import type { Colouring, Theme } from "./view.svelte";

export interface Class {
  label: string;
  colour: string;
  /** From this on, up to the next class. */
  from: number;
}

export interface Scale {
  /** The attribute in the tiles. */
  attribute: string;
  /** Another attribute that is taken off it. */
  less?: string;
  /** What the attribute is taken for where it is absent. */
  absent: number;
  classes: Class[];
}

const LITTLE_TO_MUCH: Record<Theme, string[]> = {
  light: ["#9a4a12", "#d98f3f", "#e8d5a0", "#72b7ab", "#0f6b66"],
  dark: ["#c2691f", "#e3a45c", "#e9dcb4", "#6fb9ad", "#23938a"],
};

/** Colours of things that lie side by side; neighbours of few lie apart in the list. */
const SIDE_BY_SIDE = ["#2f7f79", "#c9772b", "#6b5aa8", "#b3445c", "#4f8f3c", "#3d78b8", "#a08a1f", "#8b5e3c", "#4aa3a0", "#b45fa5", "#7a8b35", "#5d6f82"];

/** A colour for each of some things of which pairs lie side by side: no two of a pair have one, if there are enough. */
export function colours(count: number, pairs: [number, number][]): string[] {
  const chosen: number[] = [];
  for (let one = 0; one < count; one++) {
    const beside = new Set(pairs.flatMap(([a, b]) => (a === one ? [b] : b === one ? [a] : [])).map((other) => chosen[other]));
    const used = (colour: number) => chosen.filter((other) => other === colour).length;
    const free = SIDE_BY_SIDE.map((_, index) => index).filter((index) => !beside.has(index));
    chosen.push(free.sort((a, b) => used(a) - used(b) || a - b)[0] ?? one % SIDE_BY_SIDE.length);
  }
  return chosen.map((index) => SIDE_BY_SIDE[index] ?? "#888888");
}

const NEVER = 1e9;

const scale = (attribute: string, absent: number, bounds: [number, string][], colours: string[]): Scale => ({
  attribute,
  absent,
  classes: bounds.map(([from, label], index) => ({ from, label, colour: colours[index] ?? "#888888" })),
});

/** By how many circles people have, of so many. */
function byCircles(all: number, theme: Theme): Scale {
  const steps = [0, all / 4, all / 2, (all * 3) / 4, all].map((step) => Math.round(step * 10) / 10);
  const label = (index: number) =>
    index === 4 ? String(all) : index === 0 ? `< ${steps[1]}` : `${steps[index]}–<${steps[index + 1]}`;
  return scale("circles", 0, steps.map((step, index) => [Math.round(step * 10), label(index)]), LITTLE_TO_MUCH[theme]);
}

/** By how many services more or less people have with a scenario. Tiles tell hundredths. */
function byChange(theme: Theme): Scale {
  const bounds: [number, string][] = [
    [-1e9, "≤ −0.5"],
    [-49, "< 0"],
    [0, "0"],
    [1, "> 0"],
    [50, "≥ 0.5"],
  ];
  const [much, little, , more, most] = LITTLE_TO_MUCH[theme] as [string, string, string, string, string];
  const same = theme === "dark" ? "#39424b" : "#e4e4e0";
  return { ...scale("gained", 0, bounds, [much, little, same, more, most]), less: "lost" };
}

function byShare(attribute: string, theme: Theme): Scale {
  const bounds = [0, 20, 40, 60, 80].map((from): [number, string] => [from, `${from}–${from + 20}%`]);
  return scale(attribute, 0, bounds, LITTLE_TO_MUCH[theme]);
}

/** By minutes to a service: teal within the limit, brown beyond it. Tiles tell tenths, rounded up. */
function byMinutes(number: number, limit: number, theme: Theme): Scale {
  const stops = [limit / 2, limit, limit * 1.5, limit * 2];
  const shown = stops.map((stop) => String(Math.round(stop * 10) / 10));
  const labels = [`≤ ${shown[0]}`, `≤ ${shown[1]}`, `≤ ${shown[2]}`, `≤ ${shown[3]}`, `> ${shown[3]}`];
  const from = [0, ...stops.map((stop) => Math.floor(stop * 10 + 1e-6) + 1)];
  const bounds = from.map((from, index): [number, string] => [from, labels[index] ?? ""]);
  return scale(`m${number}`, NEVER, bounds, [...LITTLE_TO_MUCH[theme]].reverse());
}

/** The limit of a service in minutes; of those in metres the whole circle's. */
export function limitOf(service: Service): number {
  return service.threshold_seconds ? Math.round(service.threshold_seconds / 6) / 10 : 15;
}

/** The scale of a colouring, for homes and hexagons or for communities. */
export function scaleOf(
  colouring: Colouring,
  circles: { id: string; services: Service[] }[],
  within: number | undefined,
  shown: "people" | "communities",
  theme: Theme,
): Scale {
  if (colouring.by === "change") return byChange(theme);
  if (colouring.by === "circle") {
    const number = circles.findIndex((circle) => circle.id === colouring.id);
    if (number >= 0) return byShare(`c${number}`, theme);
  }
  if (colouring.by === "service") {
    const service = circles.flatMap((circle) => circle.services).find((service) => service.id === colouring.id);
    if (service && shown === "communities") return byShare(`s${service.number}`, theme);
    if (service) return byMinutes(service.number, within ?? limitOf(service), theme);
  }
  return byCircles(circles.length, theme);
}
