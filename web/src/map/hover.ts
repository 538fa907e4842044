// What is told of what the pointer is over.
import type { MapGeoJSONFeature } from "maplibre-gl";
import { count, percent, tenths } from "../lib/format";
import { session } from "../lib/session.svelte";
import { view } from "../lib/view.svelte";

export function hoverText(feature: MapGeoJSONFeature): string[] {
  const told = feature.properties;
  const text = session.text;
  const name = session.named({ local: String(told["name"] ?? ""), en: String(told["name_en"] ?? "") });
  if (feature.layer.id === "facilities") {
    const service = session.service(String(told["service"]));
    return [name || text.place.unnamed, session.named(service)].filter((line) => line !== "");
  }
  const all = session.standard.value?.circles.length ?? 0;
  const lines = name ? [name] : [];
  lines.push(text.people(count(Number(told["people"]), view.language)));
  lines.push(`${text.colouring.circles} ${text.of(tenths(Number(told["circles"]) / 10).replace(".0", ""), all)}`);
  const { colouring } = view;
  if (colouring.by === "service") {
    const service = session.service(colouring.id);
    if (service && feature.layer.id === "communities") {
      lines.push(`${session.named(service)} ${percent(Number(told[`s${service.number}`] ?? 0) / 100)}`);
    } else if (service) {
      const tenth = told[`m${service.number}`] as number | undefined;
      lines.push(`${session.named(service)} ${tenth === undefined ? text.colouring.noWay : text.units.minutes(tenths(tenth / 10))}`);
    }
  }
  return lines;
}
