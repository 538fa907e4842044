// The scenario that is being drawn: its edits, what can be undone, what the city would be with it. Every change is tried by the server
// at once; one that cannot be made is taken back and told.
import { body, client, Failure, type SavedScenario, type Tried } from "./api";
import { Loaded } from "./loaded.svelte";
import { session } from "./session.svelte";
import { view, type Colouring } from "./view.svelte";

/** What a click on the map does. */
export type Tool = "facility" | "street" | "gate" | "crossing" | "close" | "homes" | "move";

export interface Properties {
  edit: string;
  name?: string;
  service?: string;
  kind?: string;
  area?: number;
  capacity?: number;
  residents?: number;
  facility?: string;
  cost?: number;
  note?: string;
  [other: string]: unknown;
}
export type Edit = Omit<GeoJSON.Feature<GeoJSON.Geometry | null>, "properties" | "id"> & { id: string; properties: Properties };
export type ScenarioFile = { type: "FeatureCollection"; name: string; features: Edit[] };

/** What is wrong with an edit itself, so that trying again would not help. */
const REFUSALS = ["bad_input", "too_large"];

const nothing = () => ({ edits: [] as Edit[], title: "", past: [] as Step[] });

/** Steps that can be undone. */
const MOST_STEPS = 200;

type Step = { title: string; edits: Edit[] };

class Plan {
  edits = $state.raw<Edit[]>([]);
  title = $state("");
  /** Under which name it was opened or saved, and which version stood there. */
  saved = $state.raw<{ name: string; version: string }>();
  tool = $state<Tool>();
  /** What the tool adds. */
  service = $state("");
  /** The street that is being drawn, and where the pointer is. */
  line = $state.raw<[number, number][]>([]);
  pointer = $state.raw<[number, number]>();
  /** The facility that was clicked. */
  chosen = $state.raw<{ id: string; name: string; at: [number, number] }>();
  /** The edit that is being dragged, and where it is. */
  dragged = $state.raw<{ id: string; at: [number, number] }>();
  /** What is told of the next facility, and of the next homes. */
  area = $state<number>();
  residents = $state(500);
  /** Why the last change could not be made. */
  refused = $state<string>();
  /** Whether the map shows the city as it is, though there is a scenario. */
  asIs = $state(false);
  tried = new Loaded<Tried>();
  opening = new Loaded<true>();
  all = new Loaded<SavedScenario[]>();

  /** What the map was coloured by before it showed what differs. */
  #colouring: Colouring = { by: "circles" };
  #past = $state.raw<Step[]>([]);
  #future = $state.raw<Step[]>([]);
  /** What the server has taken last, to go back to. */
  #good = $state.raw<{ edits: Edit[]; title: string; past: Step[] }>(nothing());
  /** What was saved last, or opened from where it was saved. */
  #savedEdits = $state.raw<Edit[]>();
  #savedTitle = $state.raw<string>();

  get canUndo(): boolean {
    return this.#past.length > 0;
  }
  get canRedo(): boolean {
    return this.#future.length > 0;
  }
  /** Whether what was saved is what is drawn. */
  get isSaved(): boolean {
    const isTried = this.edits === this.#good.edits && !this.tried.loading && !this.tried.error;
    return this.saved !== undefined && isTried && this.title === this.#good.title && this.edits === this.#savedEdits && this.title === this.#savedTitle && this.edits.length > 0;
  }

  file(): ScenarioFile {
    return { type: "FeatureCollection", name: this.title, features: this.edits };
  }

  add(...added: { geometry: GeoJSON.Geometry | null; properties: Properties }[]): void {
    let edits = this.edits;
    for (const one of added) {
      const id = String(Math.max(0, ...edits.map((edit) => Number(edit.id) || 0)) + 1);
      edits = [...edits, { type: "Feature", id, ...one }];
    }
    this.#change(edits);
  }

  /** Adds a facility of the service that is chosen. */
  addFacility(at: [number, number]): void {
    if (!this.service) return;
    const area = this.area ? { area: this.area } : {};
    this.add({ geometry: { type: "Point", coordinates: at }, properties: { edit: "add_facility", service: this.service, ...area } });
  }

  /** Ends the street that is drawn. */
  finishLine(): void {
    // A double click is two clicks at one place.
    const line = this.line.filter((at, index) => index === 0 || at.join() !== this.line[index - 1]?.join());
    this.line = [];
    this.pointer = undefined;
    if (line.length > 1) this.add({ geometry: { type: "LineString", coordinates: line }, properties: { edit: "open_street" } });
  }

  removeChosen(): void {
    const { chosen } = this;
    if (!chosen) return;
    this.chosen = undefined;
    const own = this.#added(chosen.id);
    if (own) this.remove(own);
    else this.add({ geometry: { type: "Point", coordinates: chosen.at }, properties: { edit: "remove_facility", facility: chosen.id, name: chosen.name } });
  }

  moveChosen(at: [number, number]): void {
    const { chosen } = this;
    this.stop();
    if (!chosen) return;
    this.chosen = undefined;
    const own = this.#added(chosen.id);
    if (own) this.move(own, at);
    else this.add({ geometry: { type: "Point", coordinates: at }, properties: { edit: "move_facility", facility: chosen.id, name: chosen.name } });
  }

  /** The edit that has added a facility, if one has. */
  #added(facility: string): string | undefined {
    const id = facility.startsWith("scenario:") ? facility.slice("scenario:".length) : undefined;
    return this.edits.find((edit) => edit.id === id && edit.properties.edit === "add_facility")?.id;
  }

  /** What an edit is called: its own name, or that of the service. */
  nameOf(edit: Edit): string {
    const { name, service, kind } = edit.properties;
    return name || session.named(session.service(service ?? "")) || service || kind || "";
  }

  change(id: string, properties: Partial<Properties>): void {
    this.#change(this.edits.map((edit) => (edit.id === id ? { ...edit, properties: cleaned({ ...edit.properties, ...properties }) } : edit)));
  }

  /** Puts an edit elsewhere. */
  move(id: string, at: [number, number]): void {
    this.#change(this.edits.map((edit) => (edit.id === id ? { ...edit, geometry: { type: "Point", coordinates: at } } : edit)));
  }

  remove(id: string): void {
    this.#change(this.edits.filter((edit) => edit.id !== id));
  }

  rename(title: string): void {
    if (title === this.title) return;
    this.#remember();
    this.title = title;
    void this.try();
  }

  undo(): void {
    const step = this.#past.at(-1);
    if (!step) return;
    this.#past = this.#past.slice(0, -1);
    this.#future = [...this.#future, this.#now()];
    this.#show(step);
  }

  redo(): void {
    const step = this.#future.at(-1);
    if (!step) return;
    this.#future = this.#future.slice(0, -1);
    this.#past = [...this.#past, this.#now()];
    this.#show(step);
  }

  /** Begins anew. */
  clear(): void {
    this.edits = [];
    this.title = "";
    this.saved = undefined;
    this.#past = [];
    this.#future = [];
    this.#good = nothing();
    this.stop();
    this.asIs = false;
    this.chosen = undefined;
    this.refused = undefined;
    this.tried.clear();
    this.opening.clear();
    view.with = undefined;
    view.wanted = undefined;
    if (view.colouring.by === "change") view.colouring = this.#colouring;
  }

  /** Shows the city as it is, with the scenario, or what differs. */
  show(what: "before" | "after" | "difference"): void {
    this.asIs = what === "before";
    view.with = this.asIs ? undefined : this.tried.value?.version;
    if (what === "difference") {
      if (view.colouring.by !== "change") this.#colouring = view.colouring;
      view.colouring = { by: "change" };
      view.shown = "people";
    } else if (view.colouring.by === "change") view.colouring = this.#colouring;
  }

  /** Puts the tool away. */
  stop(): void {
    this.tool = undefined;
    this.line = [];
    this.pointer = undefined;
  }

  #now(): Step {
    return { title: this.title, edits: this.edits };
  }
  #remember(): void {
    this.#past = [...this.#past, this.#now()].slice(-MOST_STEPS);
    this.#future = [];
  }
  #show(step: Step): void {
    this.title = step.title;
    this.edits = step.edits;
    this.chosen = undefined;
    void this.try();
  }
  #change(edits: Edit[]): void {
    this.asIs = false;
    this.#remember();
    this.edits = edits;
    void this.try();
  }

  /** Asks what the city would be with all edits. */
  async try(): Promise<void> {
    this.refused = undefined;
    if (this.edits.length === 0) {
      this.tried.clear();
      this.#good = { edits: this.edits, title: this.title, past: this.#past };
      view.with = undefined;
      return;
    }
    const asked = { edits: this.edits, title: this.title, past: this.#past };
    const params = { path: { city: view.city }, query: { walker: view.walker, standard: view.standard } };
    const file = this.file();
    await this.tried.load(async (signal) => {
      const answer = client.POST("/api/v1/cities/{city}/scenarios", { params, body: file as never, signal });
      return (await body(answer)) as Tried;
    });
    if (this.edits !== asked.edits) return;
    const error = this.tried.error;
    if (error instanceof Failure && REFUSALS.includes(error.code)) {
      // It was never made; what was there before is still there.
      this.refused = error.message;
      this.edits = this.#good.edits;
      this.#past = this.#good.past;
      this.tried.error = undefined;
      if (this.edits.length === 0) this.tried.clear();
    } else if (!error && this.tried.value && !this.tried.loading) {
      this.#good = asked;
      view.with = this.asIs ? undefined : this.tried.value.version;
      view.wanted = undefined;
      keep(view.city, this.tried.value.version, file);
    }
  }

  /** Opens a scenario by its version or the name that it was saved under. */
  async open(which: string, name?: string): Promise<void> {
    if (this.tried.value?.version === which && this.edits.length > 0) {
      view.with = which;
      view.wanted = undefined;
      if (name) this.#noteSaved(name, which);
      return;
    }
    const city = view.city;
    await this.opening.load(async (signal) => {
      const path = { city, scenario: which };
      let file: ScenarioFile;
      try {
        file = (await body(client.GET("/api/v1/cities/{city}/scenarios/{scenario}", { params: { path }, signal }))) as unknown as ScenarioFile;
      } catch (error) {
        // What was drawn in this browser is still here, though the server was started anew since.
        const kept = error instanceof Failure && error.code === "not_found" ? keptOf(city, which) : undefined;
        if (!kept) throw error;
        file = kept;
      }
      this.take(file);
      await this.try();
      // The version that stands there, though ids that were added here make it another one.
      if (name) this.#noteSaved(name, which);
      return true;
    });
  }

  #noteSaved(name: string, version: string): void {
    this.saved = { name, version };
    this.#savedEdits = this.edits;
    this.#savedTitle = this.title;
  }

  /** Opens a file in the place of what is drawn, as one step that can be undone. Whether it is a scenario is seen before. */
  async replace(file: unknown, title: string): Promise<boolean> {
    if (!isScenario(file)) return false;
    const before = { step: this.#now(), past: this.#past, future: this.#future, saved: this.saved };
    this.take(file);
    if (!this.title) this.title = title;
    this.#past = [...before.past, before.step].slice(-MOST_STEPS);
    this.#good = { edits: before.step.edits, title: before.step.title, past: before.past };
    await this.try();
    if (this.refused) {
      ({ title: this.title, edits: this.edits } = before.step);
      this.#past = before.past;
      this.#future = before.future;
      this.saved = before.saved;
      if (this.edits.length > 0) {
        const { refused } = this;
        await this.try();
        this.refused = refused;
      }
    }
    return true;
  }

  /** Takes over what a file holds. */
  take(file: ScenarioFile): void {
    this.#past = [];
    this.#future = [];
    this.#good = nothing();
    this.saved = undefined;
    this.title = typeof file.name === "string" ? file.name : "";
    // Edits of a file need no ids; here each has one.
    const taken = new Set<string>();
    this.edits = (file.features ?? []).map((feature, index) => {
      const own: unknown = feature.id ?? feature.properties?.["id"];
      let id = own === undefined || own === null ? String(index + 1) : String(own);
      while (taken.has(id)) id = `${id}.`;
      taken.add(id);
      return { ...feature, id };
    });
  }

  loadSaved(): void {
    const city = view.city;
    void this.all.load((signal) => body(client.GET("/api/v1/cities/{city}/scenarios", { params: { path: { city } }, signal })));
  }

  /** Saves under a name; whoever has saved another version there since is not written over. */
  async save(name: string): Promise<void> {
    const replaces = this.saved?.name === name ? this.saved.version : undefined;
    const path = { city: view.city, scenario: name };
    const saved = await body(
      client.PUT("/api/v1/cities/{city}/scenarios/{scenario}", { params: { path }, body: { scenario: this.file() as never, replaces: replaces ?? null } }),
    );
    this.#noteSaved(saved.name, saved.version);
    this.loadSaved();
  }

  async removeSaved(name: string): Promise<void> {
    const path = { city: view.city, scenario: name };
    const { error } = await client.DELETE("/api/v1/cities/{city}/scenarios/{scenario}", { params: { path } });
    if (error) throw new Failure((error as { detail?: string }).detail ?? "", "");
    if (this.saved?.name === name) this.saved = undefined;
    this.loadSaved();
  }
}

/** Whether a file's features are edits: of what is not nobody could draw anything. */
function isScenario(file: unknown): file is ScenarioFile {
  const features: unknown = (file as { features?: unknown } | null)?.features;
  const isEdit = (feature: unknown) => typeof (feature as { properties?: { edit?: unknown } | null } | null)?.properties?.edit === "string";
  return Array.isArray(features) && features.length > 0 && features.every(isEdit);
}

/** Without what is empty: an edit tells only what somebody has said. */
function cleaned(properties: Properties): Properties {
  const told = Object.entries(properties).filter(([, value]) => value !== undefined && value !== null && value !== "" && !Number.isNaN(value));
  return Object.fromEntries(told) as Properties;
}

// The last scenario of a city is kept in the browser, for a server that was started anew. A browser may refuse to.
function keep(city: string, version: string, file: ScenarioFile): void {
  try {
    localStorage.setItem(`scenario:${city}`, JSON.stringify({ version, file }));
  } catch {
    // The server has it for now.
  }
}

function keptOf(city: string, version: string): ScenarioFile | undefined {
  try {
    const kept = JSON.parse(localStorage.getItem(`scenario:${city}`) ?? "null") as { version: string; file: ScenarioFile } | null;
    return kept?.version === version ? kept.file : undefined;
  } catch {
    return undefined;
  }
}

export const plan = new Plan();
