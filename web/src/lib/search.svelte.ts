// A search for the best: how far it is while it runs, and what it found.
import { told } from "./api";
import { Loaded } from "./loaded.svelte";

export class Search<T> extends Loaded<T> {
  /** How far the best so far is from the best possible at most, as a share; nothing before one was found. */
  gap = $state<number>();

  /** Searches; an earlier search that has not ended is stopped. */
  find(address: string, asked: object): void {
    this.gap = undefined;
    this.value = undefined;
    void this.load((signal) => told<T>(address, asked, signal, (far) => (this.gap = far.gap ?? undefined)));
  }
}
