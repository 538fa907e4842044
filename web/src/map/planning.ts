// Drawing a scenario on the map: what a click with a tool does, edits that are dragged, and how they are drawn.
import type { Map as Chart, MapMouseEvent, MapTouchEvent } from "maplibre-gl";
import { plan, type Edit } from "../lib/plan.svelte";
import { session } from "../lib/session.svelte";

const round = (n: number) => Number(n.toFixed(6));
type Pointed = MapMouseEvent | MapTouchEvent;
const place = (event: Pointed): [number, number] => [round(event.lngLat.lng), round(event.lngLat.lat)];

/** What a click does while a scenario is drawn; whether it did anything. */
export function click(map: Chart, event: MapMouseEvent): boolean {
  const at = place(event);
  const point: GeoJSON.Point = { type: "Point", coordinates: at };
  switch (plan.tool) {
    case "facility":
      plan.addFacility(at);
      return true;
    case "street":
      plan.line = [...plan.line, at];
      return true;
    case "gate":
      plan.add({ geometry: point, properties: { edit: "open_gate" } });
      return true;
    case "crossing":
      plan.add({ geometry: point, properties: { edit: "add_crossing", signals: 1 } });
      return true;
    case "close":
      plan.add({ geometry: point, properties: { edit: "close_street" } });
      return true;
    case "homes":
      plan.add({ geometry: point, properties: { edit: "add_homes", residents: plan.residents } });
      return true;
    case "move":
      plan.moveChosen(at);
      return true;
    default: {
      const facility = map.getLayer("facilities") && map.queryRenderedFeatures(event.point, { layers: ["facilities"] })[0];
      if (!facility) return false;
      const told = facility.properties;
      const name = session.named({ local: String(told["name"] ?? ""), en: String(told["name_en"] ?? "") });
      plan.chosen = { id: String(told["id"]), name: name || session.text.place.unnamed, at };
      return true;
    }
  }
}

/** Lets edits at points be dragged, and shows where the street that is drawn would go. */
export function listen(map: Chart, isPlanning: () => boolean): void {
  let dragged: string | undefined;
  let moved = false;
  const edit = (event: Pointed): string | undefined => {
    if (!isPlanning() || plan.tool || !map.getLayer("plan-point")) return undefined;
    const found = map.queryRenderedFeatures(event.point, { layers: ["plan-point"] })[0]?.properties;
    return found?.["movable"] === true ? String(found["id"]) : undefined;
  };
  const begin = (event: Pointed) => {
    dragged = edit(event);
    moved = false;
    if (dragged) event.preventDefault();
  };
  const move = (event: Pointed) => {
    if (dragged) {
      moved = true;
      plan.dragged = { id: dragged, at: place(event) };
    } else if (plan.tool === "street" && plan.line.length > 0) {
      plan.pointer = place(event);
    }
  };
  const end = () => {
    if (dragged && moved && plan.dragged) plan.move(dragged, plan.dragged.at);
    plan.dragged = undefined;
    dragged = undefined;
  };
  map.on("mousedown", begin);
  map.on("touchstart", begin);
  map.on("mousemove", move);
  map.on("touchmove", move);
  map.on("mouseup", end);
  map.on("touchend", end);
  map.on("dblclick", (event) => {
    if (!isPlanning() || !plan.tool) return;
    event.preventDefault();
    if (plan.tool === "street") plan.finishLine();
  });
}

/** Whether the pointer is over something that can be dragged. */
export function isOverMovable(map: Chart, event: MapMouseEvent): boolean {
  const found = map.getLayer("plan-point") && map.queryRenderedFeatures(event.point, { layers: ["plan-point"] })[0];
  return Boolean(found && found.properties["movable"] === true);
}

const SIGNS: Record<string, string> = {
  add_facility: "+",
  move_facility: "→",
  remove_facility: "×",
  change_facility: "±",
  close_street: "×",
  open_gate: "⇄",
  add_crossing: "⇄",
  add_homes: "⌂",
};
const LESS = ["remove_facility", "close_street"];

/** The edits as they are drawn, and the street that is being drawn. */
export function overlay(): GeoJSON.FeatureCollection {
  if (plan.asIs) return { type: "FeatureCollection", features: [] };
  const features: GeoJSON.Feature[] = plan.edits.flatMap((edit) => drawnEdit(edit));
  if (plan.line.length > 0) {
    const line = plan.pointer ? [...plan.line, plan.pointer] : plan.line;
    if (line.length > 1) features.push({ type: "Feature", geometry: { type: "LineString", coordinates: line }, properties: {} });
    for (const at of plan.line) {
      features.push({ type: "Feature", geometry: { type: "Point", coordinates: at }, properties: { small: true, less: false } });
    }
  }
  return { type: "FeatureCollection", features };
}

function drawnEdit(edit: Edit): GeoJSON.Feature[] {
  if (!edit.geometry) return [];
  const kind = edit.properties.edit;
  const at = plan.dragged?.id === edit.id ? plan.dragged.at : undefined;
  const geometry = at ? ({ type: "Point", coordinates: at } as const) : edit.geometry;
  const isPoint = geometry.type === "Point";
  const sign = isPoint ? SIGNS[kind] : undefined;
  const properties = {
    id: edit.id,
    label: plan.nameOf(edit),
    less: LESS.includes(kind),
    small: false,
    movable: isPoint && kind !== "remove_facility",
    ...(sign ? { sign } : {}),
  };
  return [{ type: "Feature", geometry, properties }];
}
