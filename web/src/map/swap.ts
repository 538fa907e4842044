// Other tiles in the same source. MapLibre loses new addresses that it is given while tiles are on their way: those are parsed again,
// not asked for anew, and may never settle. So new addresses wait until what is on its way has come.
import type { Map as Chart, VectorTileSource } from "maplibre-gl";

export class Swaps {
  readonly #waiting = new Map<string, string[]>();
  /** The addresses that sources were given last. */
  readonly #given = new Map<string, string>();
  /** Sources that wait for no tile. */
  readonly #settled = new Set<string>();
  readonly #chart: Chart;

  constructor(chart: Chart) {
    this.#chart = chart;
    // Only now and then is all of a source there; when the map rests, all of every source is.
    chart.on("sourcedata", (event) => {
      if (event.tile && chart.isSourceLoaded(event.sourceId)) this.#settle(event.sourceId);
    });
    chart.on("idle", () => Object.keys(chart.getStyle().sources).forEach((id) => this.#settle(id)));
  }

  set(id: string, tiles: string[]): void {
    this.#waiting.set(id, tiles);
    if (this.#settled.has(id)) this.#settle(id);
  }

  /** Another style has other sources, with tiles of their own. */
  reset(): void {
    this.#waiting.clear();
    this.#given.clear();
    this.#settled.clear();
  }

  #settle(id: string): void {
    this.#settled.add(id);
    const tiles = this.#waiting.get(id);
    const source = tiles && this.#chart.getSource<VectorTileSource>(id);
    if (!source) return;
    this.#waiting.delete(id);
    // Going to and fro may end where it was.
    if (this.#given.get(id) === tiles.join()) return;
    this.#given.set(id, tiles.join());
    this.#settled.delete(id);
    source.setTiles(tiles);
  }
}
