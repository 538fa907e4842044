// What panels ask the map to draw besides its tiles, and where to look.
import type { Areas, Route } from "../lib/api";

class Drawn {
  areas = $state.raw<GeoJSON.FeatureCollection>();
  route = $state.raw<GeoJSON.Feature>();
  /** The way in what is compared with. */
  otherRoute = $state.raw<GeoJSON.Feature>();
  /** Where a way leads. */
  goal = $state.raw<number[]>();
  /** Units of communities, with the colour of each. */
  units = $state.raw<GeoJSON.FeatureCollection>();
  /** Places and links that a search has found, with their numbers. */
  found = $state.raw<GeoJSON.FeatureCollection>();
  /** A place or a box to look at. */
  look = $state.raw<[number, number] | [number, number, number, number]>();

  /** Areas as the API answers them, the longest first. */
  showAreas(areas: Areas): void {
    const features = areas.features.map((feature, rank) => ({ ...feature, properties: { ...feature.properties, rank } }));
    this.areas = { type: "FeatureCollection", features } as GeoJSON.FeatureCollection;
  }

  showRoute(route: Route, goal: number[]): void {
    this.route = route as GeoJSON.Feature;
    this.goal = goal;
  }

  clearRoute(): void {
    this.route = undefined;
    this.otherRoute = undefined;
    this.goal = undefined;
  }

  clear(): void {
    this.areas = undefined;
    this.clearRoute();
  }
}

/** A place, or a way between two. */
export type Placed = [number, number] | [number, number][];

/** Places and ways with their numbers from 1. */
export function places(all: Placed[]): GeoJSON.FeatureCollection {
  const feature = (at: Placed, index: number): GeoJSON.Feature => ({
    type: "Feature",
    geometry: Array.isArray(at[0]) ? { type: "LineString", coordinates: at as [number, number][] } : { type: "Point", coordinates: at as [number, number] },
    properties: { number: index + 1 },
  });
  return { type: "FeatureCollection", features: all.map(feature) };
}

export const drawn = new Drawn();
