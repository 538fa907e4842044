// Something that is loaded: what was there before stays until what is new has come, so that nothing jumps.

export class Loaded<T> {
  value = $state.raw<T>();
  error = $state.raw<Error>();
  loading = $state(false);
  #asked = 0;
  #last: ((signal: AbortSignal) => Promise<T>) | undefined;
  #abort: AbortController | undefined;

  /** Loads; an earlier question that is not answered yet is taken back. */
  async load(ask: (signal: AbortSignal) => Promise<T>): Promise<void> {
    const number = ++this.#asked;
    this.#last = ask;
    this.#abort?.abort();
    const abort = (this.#abort = new AbortController());
    this.loading = true;
    this.error = undefined;
    try {
      const value = await ask(abort.signal);
      if (number === this.#asked) this.value = value;
    } catch (error) {
      if (number === this.#asked && !abort.signal.aborted) {
        this.error = error instanceof Error ? error : new Error(String(error));
      }
    } finally {
      if (number === this.#asked) this.loading = false;
    }
  }

  /** Asks the same again. */
  again = (): void => {
    if (this.#last) void this.load(this.#last);
  };

  /** Forgets. */
  clear(): void {
    this.#asked++;
    this.#abort?.abort();
    this.value = undefined;
    this.error = undefined;
    this.loading = false;
  }
}
