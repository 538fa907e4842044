// The map's style: the base map quiet, what was measured loud. Made of the page's own colours; text is drawn by the browser, so no
// fonts are loaded.
import type { LayerSpecification, StyleSpecification, ExpressionSpecification } from "maplibre-gl";
import type { Language } from "../lib/text";
import type { Theme } from "../lib/view.svelte";

const COLOURS = {
  light: {
    ground: "#f5f3ee",
    water: "#bcd7e6",
    waterText: "#44708c",
    green: "#dbe8d0",
    residential: "#f0ece5",
    commercial: "#f4e9e2",
    industrial: "#ebe8ec",
    campus: "#f2ecd9",
    sport: "#cfe5d4",
    sand: "#f2e8cb",
    building: "#e1dbd2",
    street: "#ffffff",
    edge: "#d8d2c7",
    major: "#fdf3d8",
    path: "#cfc7b9",
    railway: "#b3aeb3",
    text: "#3c4650",
    halo: "#ffffff",
    outline: "#5a6875",
    facility: "#17212b",
    area: "#5b2a86",
    plan: "#c2185b",
  },
  dark: {
    ground: "#161c21",
    water: "#1d3442",
    waterText: "#7fb0cc",
    green: "#1d2b22",
    residential: "#1a2026",
    commercial: "#221f22",
    industrial: "#1d2027",
    campus: "#232218",
    sport: "#1f3127",
    sand: "#2a2720",
    building: "#262d34",
    street: "#39424b",
    edge: "#11161a",
    major: "#4a4a42",
    path: "#353d45",
    railway: "#4b4f57",
    text: "#c6d0d8",
    halo: "#11161a",
    outline: "#8595a3",
    facility: "#f3f6f8",
    area: "#d3b0f5",
    plan: "#ff7eb0",
  },
} as const;

const FONT = ["Noto Sans SC, PingFang SC, Microsoft YaHei, Noto Sans CJK SC, Noto Sans, Segoe UI, Arial"];

export interface Sources {
  city: string;
  /** The city with a scenario, if there is one. */
  asked: string;
  /** Of the city as it is, and of what is asked: an address that names the version is kept by the browser. */
  base: string;
  version: string;
  walker: string;
  standard: string;
  /** Whose data is drawn: a licence asks for it. */
  credit: string;
}

/** Whose data is drawn, as the attribution takes it: HTML. */
export function creditOf(sources: { licence: string }[]): string {
  const licences = new Set(sources.map((source) => source.licence).filter((licence) => licence !== ""));
  const safe = (text: string) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  return [...licences].map(safe).join(" · ");
}

/** The style of the city alone: streets, water, names, and nothing that was measured. */
export function baseStyleOf(of: Pick<Sources, "city" | "base" | "credit">, theme: Theme, language: Language): StyleSpecification {
  const whole = styleOf({ ...of, asked: of.city, version: of.base, walker: "", standard: "" }, theme, language);
  const { base } = whole.sources;
  if (!base) return whole;
  return { ...whole, sources: { base }, layers: whole.layers.filter((layer) => !("source" in layer) || layer.source === "base") };
}

/** The address of a set of tiles. */
export function tiles(set: string, of: Sources, more: Record<string, string> = {}): string[] {
  const measured = set === "base" ? {} : { walker: of.walker, standard: of.standard };
  const query = new URLSearchParams({ ...measured, ...more, v: set === "base" ? of.base : of.version });
  // Streets and land are drawn as they are; what a scenario does to them lies over them.
  const city = set === "base" ? of.city : of.asked;
  return [`${location.origin}/api/v1/cities/${encodeURIComponent(city)}/tiles/${set}/{z}/{x}/{y}?${query}`];
}

const grow = (base: number, ...stops: number[]): ExpressionSpecification =>
  ["interpolate", ["exponential", base], ["zoom"], ...stops] as unknown as ExpressionSpecification;

const isClass = (...classes: string[]): ExpressionSpecification => ["in", ["get", "class"], ["literal", classes]];

/** The whole style of a city. */
export function styleOf(of: Sources, theme: Theme, language: Language): StyleSpecification {
  const c = COLOURS[theme];
  const name: ExpressionSpecification =
    language === "zh" ? ["coalesce", ["get", "name"], ["get", "name_en"]] : ["coalesce", ["get", "name_en"], ["get", "name"]];
  const land = (id: string, colour: string): LayerSpecification => ({
    id: `land-${id}`,
    type: "fill",
    source: "base",
    "source-layer": "land",
    filter: ["==", ["get", "class"], id],
    paint: { "fill-color": colour },
  });
  const street = (id: string, classes: string[], width: ExpressionSpecification, colour: string, edge: boolean): LayerSpecification => ({
    id: `street-${id}${edge ? "-edge" : ""}`,
    type: "line",
    source: "base",
    "source-layer": "street",
    filter: isClass(...classes),
    layout: { "line-cap": "round", "line-join": "round" },
    paint: { "line-color": colour, "line-width": width },
  });
  const wide = grow(1.5, 8, 0.6, 12, 2, 16, 12);
  const wideEdge = grow(1.5, 8, 1, 12, 3.2, 16, 14.5);
  const middle = grow(1.5, 10, 0.5, 13, 2, 16, 9);
  const middleEdge = grow(1.5, 10, 0.8, 13, 3, 16, 11);
  const narrow = grow(1.5, 13, 0.7, 14, 1.4, 16, 6);
  const narrowEdge = grow(1.5, 13, 1.1, 14, 2.3, 16, 7.6);
  const label = (id: string, layer: string, minzoom: number, size: ExpressionSpecification | number, more: object, paint: object): LayerSpecification =>
    ({
      id,
      type: "symbol",
      source: "base",
      "source-layer": layer,
      minzoom,
      layout: { "text-field": name, "text-font": FONT, "text-size": size, "text-padding": 4, ...more },
      paint: { "text-color": c.text, "text-halo-color": c.halo, "text-halo-width": 1.4, ...paint },
    }) as LayerSpecification;
  return {
    version: 8,
    sources: {
      base: { type: "vector", tiles: tiles("base", of), minzoom: 0, maxzoom: 15, attribution: of.credit },
      people: { type: "vector", tiles: tiles("people", of), minzoom: 0, maxzoom: 15 },
      communities: { type: "vector", tiles: tiles("communities", of), minzoom: 0, maxzoom: 15, promoteId: { communities: "id" } },
      facilities: { type: "vector", tiles: tiles("facilities", of), minzoom: 0, maxzoom: 15 },
      areas: { type: "geojson", data: empty() },
      route: { type: "geojson", data: empty() },
      "other-route": { type: "geojson", data: empty() },
      missing: { type: "geojson", data: empty() },
      point: { type: "geojson", data: empty() },
      plan: { type: "geojson", data: empty() },
      units: { type: "geojson", data: empty() },
      found: { type: "geojson", data: empty() },
    },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": c.ground } },
      land("residential", c.residential),
      land("commercial", c.commercial),
      land("industrial", c.industrial),
      land("campus", c.campus),
      land("green", c.green),
      land("sand", c.sand),
      land("sport", c.sport),
      { id: "water", type: "fill", source: "base", "source-layer": "water", paint: { "fill-color": c.water } },
      { id: "waterway", type: "line", source: "base", "source-layer": "waterway", paint: { "line-color": c.water, "line-width": grow(1.4, 10, 1, 16, 5) } },
      { id: "building", type: "fill", source: "base", "source-layer": "building", minzoom: 14, paint: { "fill-color": c.building, "fill-opacity": grow(1, 14, 0, 14.6, 1) } },
      street("path", ["path", "steps"], grow(1.5, 14, 0.6, 17, 2), c.path, false),
      street("narrow", ["minor", "service"], narrowEdge, c.edge, true),
      street("middle", ["secondary", "tertiary"], middleEdge, c.edge, true),
      street("wide", ["trunk", "primary"], wideEdge, c.edge, true),
      street("narrow", ["minor", "service"], narrow, c.street, false),
      street("middle", ["secondary", "tertiary"], middle, c.street, false),
      street("wide", ["trunk", "primary"], wide, c.major, false),
      { id: "railway", type: "line", source: "base", "source-layer": "railway", paint: { "line-color": c.railway, "line-width": grow(1.4, 10, 0.8, 16, 3), "line-dasharray": [3, 2] } },
      { id: "hexagons", type: "fill", source: "people", "source-layer": "hexagons", paint: { "fill-opacity": 0.78, "fill-outline-color": c.ground } },
      { id: "communities", type: "fill", source: "communities", "source-layer": "communities", layout: { visibility: "none" }, paint: { "fill-opacity": 0.72 } },
      { id: "community-lines", type: "line", source: "communities", "source-layer": "communities", minzoom: 10, paint: { "line-color": c.outline, "line-width": grow(1.3, 10, 0.4, 15, 1.6), "line-dasharray": [4, 2], "line-opacity": 0.7 } },
      { id: "community-chosen", type: "line", source: "communities", "source-layer": "communities", filter: ["==", ["get", "id"], ""], paint: { "line-color": c.area, "line-width": 3 } },
      { id: "units", type: "fill", source: "units", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": ["get", "colour"], "fill-opacity": 0.5 } },
      { id: "unit-lines", type: "line", source: "units", filter: ["==", ["geometry-type"], "Polygon"], layout: { "line-join": "round" }, paint: { "line-color": c.halo, "line-width": 3 } },
      { id: "areas-fill", type: "fill", source: "areas", paint: { "fill-color": c.area, "fill-opacity": 0.05 } },
      {
        id: "homes",
        type: "circle",
        source: "people",
        "source-layer": "homes",
        paint: {
          "circle-radius": ["interpolate", ["exponential", 1.6], ["zoom"], 14, ["max", 1.6, ["*", 0.3, ["sqrt", ["get", "people"]]]], 18, ["max", 4, ["*", 1.4, ["sqrt", ["get", "people"]]]]],
          "circle-stroke-width": ["interpolate", ["linear"], ["zoom"], 14, 0.4, 17, 1.2],
          "circle-stroke-color": c.halo,
          "circle-opacity": 0.92,
        },
      },
      { id: "areas", type: "line", source: "areas", layout: { "line-join": "round" }, paint: { "line-color": c.area, "line-width": ["match", ["get", "rank"], 0, 1.4, 1, 2, 2.8], "line-opacity": 0.95 } },
      { id: "other-route", type: "line", source: "other-route", layout: { "line-cap": "butt", "line-join": "round" }, paint: { "line-color": c.outline, "line-width": 3.5, "line-dasharray": [1.6, 1.2] } },
      { id: "route-edge", type: "line", source: "route", layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": c.halo, "line-width": 8 } },
      { id: "route", type: "line", source: "route", layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": c.area, "line-width": 4.5 } },
      label("street-names", "street", 13, grow(1, 13, 11, 17, 13), { "symbol-placement": "line", "symbol-spacing": 320, "text-max-angle": 30 }, {}),
      label("waterway-names", "waterway", 11, 12, { "symbol-placement": "line", "text-letter-spacing": 0.1 }, { "text-color": c.waterText }),
      label("water-names", "water", 12, 12, { "text-max-width": 6 }, { "text-color": c.waterText }),
      {
        id: "entries",
        type: "circle",
        source: "facilities",
        "source-layer": "entries",
        minzoom: 15,
        layout: { visibility: "none" },
        paint: { "circle-radius": grow(1.2, 15, 2, 18, 4), "circle-color": c.halo, "circle-stroke-color": c.facility, "circle-stroke-width": 1.4 },
      },
      {
        id: "facilities",
        type: "circle",
        source: "facilities",
        "source-layer": "facilities",
        layout: { visibility: "none" },
        paint: { "circle-radius": grow(1.3, 10, 2.2, 16, 6), "circle-color": c.facility, "circle-stroke-color": c.halo, "circle-stroke-width": 1.5 },
      },
      {
        id: "facility-names",
        type: "symbol",
        source: "facilities",
        "source-layer": "facilities",
        minzoom: 14.5,
        layout: { visibility: "none", "text-field": name, "text-font": FONT, "text-size": 11.5, "text-offset": [0, 0.9], "text-anchor": "top", "text-optional": true, "text-max-width": 8 },
        paint: { "text-color": c.text, "text-halo-color": c.halo, "text-halo-width": 1.4 },
      },
      {
        id: "community-names",
        type: "symbol",
        source: "communities",
        "source-layer": "community_names",
        minzoom: 12.2,
        maxzoom: 16,
        layout: { "text-field": name, "text-font": FONT, "text-size": 12, "text-max-width": 7, "text-padding": 12 },
        paint: { "text-color": c.text, "text-halo-color": c.halo, "text-halo-width": 1.4 },
      },
      label("place-names", "place", 4, ["match", ["get", "class"], "city", 18, "town", 15, "suburb", 13.5, 12] as ExpressionSpecification, { "text-max-width": 7 }, { "text-halo-width": 1.8 }),
      { id: "plan-line-edge", type: "line", source: "plan", filter: ["==", ["geometry-type"], "LineString"], layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": c.halo, "line-width": 7 } },
      { id: "plan-line", type: "line", source: "plan", filter: ["==", ["geometry-type"], "LineString"], layout: { "line-join": "round" }, paint: { "line-color": c.plan, "line-width": 3.5 } },
      { id: "plan-area", type: "fill", source: "plan", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": c.plan, "fill-opacity": 0.35, "fill-outline-color": c.plan } },
      {
        id: "plan-point",
        type: "circle",
        source: "plan",
        filter: ["==", ["geometry-type"], "Point"],
        paint: { "circle-radius": ["case", ["get", "small"], 4, 9], "circle-color": ["case", ["get", "less"], c.halo, c.plan], "circle-stroke-color": ["case", ["get", "less"], c.plan, c.halo], "circle-stroke-width": 2.5 },
      },
      {
        id: "plan-sign",
        type: "symbol",
        source: "plan",
        filter: ["has", "sign"],
        layout: { "text-field": ["get", "sign"], "text-font": FONT, "text-size": 13, "text-allow-overlap": true, "text-ignore-placement": true },
        paint: { "text-color": ["case", ["get", "less"], c.plan, c.halo] },
      },
      {
        id: "plan-name",
        type: "symbol",
        source: "plan",
        minzoom: 12,
        filter: ["has", "label"],
        layout: { "text-field": ["get", "label"], "text-font": FONT, "text-size": 12, "text-offset": [0, 1.1], "text-anchor": "top", "text-optional": true, "text-max-width": 9 },
        paint: { "text-color": c.plan, "text-halo-color": c.halo, "text-halo-width": 1.6 },
      },
      { id: "unit-centres", type: "circle", source: "units", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-radius": 6, "circle-color": ["get", "colour"], "circle-stroke-color": c.halo, "circle-stroke-width": 2.5 } },
      {
        id: "unit-names",
        type: "symbol",
        source: "units",
        filter: ["==", ["geometry-type"], "Point"],
        layout: { "text-field": ["get", "label"], "text-font": FONT, "text-size": 13, "text-offset": [0, 0.8], "text-anchor": "top", "text-max-width": 9 },
        paint: { "text-color": c.text, "text-halo-color": c.halo, "text-halo-width": 1.8 },
      },
      { id: "found-lines", type: "line", source: "found", filter: ["==", ["geometry-type"], "LineString"], layout: { "line-cap": "round" }, paint: { "line-color": c.plan, "line-width": 5 } },
      { id: "found", type: "circle", source: "found", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-radius": 10, "circle-color": c.plan, "circle-stroke-color": c.halo, "circle-stroke-width": 2 } },
      {
        id: "found-numbers",
        type: "symbol",
        source: "found",
        layout: { "text-field": ["to-string", ["get", "number"]], "text-font": FONT, "text-size": 11, "text-allow-overlap": true, "symbol-placement": "point" },
        paint: { "text-color": c.halo },
      },
      { id: "missing", type: "circle", source: "missing", paint: { "circle-radius": 6, "circle-color": c.halo, "circle-stroke-color": c.area, "circle-stroke-width": 3 } },
      { id: "point-edge", type: "circle", source: "point", paint: { "circle-radius": 10, "circle-color": c.halo } },
      { id: "point", type: "circle", source: "point", paint: { "circle-radius": 7, "circle-color": c.area } },
    ],
  };
}

export function empty(): GeoJSON.FeatureCollection {
  return { type: "FeatureCollection", features: [] };
}
