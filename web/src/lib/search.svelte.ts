// A search for the best: how far it is while it runs, and what it found.
import { told } from "./api";
import { Loaded } from "./loaded.svelte";
import { view } from "./view.svelte";

export class Search<T> extends Loaded<T> {
  /** How far the best so far is from the best possible at most, as a share; nothing before one was found. */
  gap = $state<number>();

  /** Searches in the city, for the walker and by the standard that are looked at; an earlier search that has not ended is stopped. */
  find(what: "sites" | "links" | "programme" | "units", asked: object): void {
    this.gap = undefined;
    this.value = undefined;
    const address = `/cities/${encodeURIComponent(view.asked)}/${what}`;
    const body = { ...asked, walker: view.walker, standard: view.standard };
    void this.load((signal) => told<T>(address, body, signal, (far) => (this.gap = far.gap ?? undefined)));
  }
}
