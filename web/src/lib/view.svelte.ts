// What the page shows, kept in its address, so that every view is a link that another person can open.
import type { Language } from "./text";

/** What people are coloured by. */
export type Colouring = { by: "circles" } | { by: "change" } | { by: "circle"; id: string } | { by: "service"; id: string };

/** What is asked about. */
export type Subject = { kind: "city" } | { kind: "place"; lon: number; lat: number } | { kind: "community"; id: string } | { kind: "new" } | { kind: "standard" };

/** With what the subject is compared: another walker, standard, city (or year), or place, by its id or `lon,lat`. */
export type Against = { kind: "walker" | "standard" | "city" | "place"; id: string };

export type Tab = "overview" | "gaps" | "tables" | "charts" | "plan";
export type TableName = "communities" | "services" | "gaps";
export type Camera = { zoom: number; lat: number; lon: number };
export type Theme = "light" | "dark";

const TABS: Tab[] = ["overview", "gaps", "tables", "charts", "plan"];

class View {
  city = $state("");
  /** The version of the scenario that is looked at, and that which the address asks for until it is opened. */
  with = $state<string>();
  wanted = $state<string>();
  walker = $state("adult");
  /** The standard that is chosen; the city's usual one if none is. */
  private chosen = $state<string>();
  /** The usual standard of each city, once the cities are known. */
  usual = $state.raw<Record<string, string>>();
  colouring = $state.raw<Colouring>({ by: "circles" });
  /** Minutes within which a service should be; the standard's own if none. */
  within = $state<number>();
  shown = $state<"people" | "communities">("people");
  subject = $state.raw<Subject>({ kind: "city" });
  against = $state.raw<Against>();
  /** Whether the next click on the map chooses the place to compare with. */
  picking = $state(false);
  tab = $state<Tab>("overview");
  table = $state<TableName>("communities");
  /** Whether the panel is wide. */
  wide = $state(false);
  camera = $state.raw<Camera>();
  language = $state<Language>("zh");
  theme = $state<Theme>("light");

  /** Takes over what an address says; what it does not say is as at first. */
  read(address: URL): void {
    const told = address.searchParams;
    this.city = told.get("city") ?? "";
    this.with = undefined;
    this.wanted = told.get("with") ?? undefined;
    this.walker = told.get("walker") ?? "adult";
    this.chosen = told.get("standard") || undefined;
    const [by, id] = (told.get("by") ?? "circles").split(":");
    this.colouring = (by === "circle" || by === "service") && id ? { by, id } : { by: by === "change" ? by : "circles" };
    const within = Number(told.get("within"));
    this.within = within > 0 && within <= 60 ? within : undefined;
    this.shown = told.get("show") === "communities" ? "communities" : "people";
    this.subject = subjectOf(told);
    this.against = againstOf(told.get("against"));
    this.picking = false;
    this.tab = TABS.find((tab) => tab === told.get("tab")) ?? "overview";
    this.table = (["services", "gaps"] as const).find((table) => table === told.get("table")) ?? "communities";
    this.wide = told.get("wide") === "yes";
    this.camera = cameraOf(told.get("map"));
    const language = told.get("lang") ?? stored("language") ?? (navigator.language.startsWith("zh") ? "zh" : "en");
    this.language = language === "en" ? "en" : "zh";
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    this.theme = (told.get("theme") ?? stored("theme") ?? (dark ? "dark" : "light")) === "dark" ? "dark" : "light";
  }

  private current = $derived(this.chosen ?? this.usual?.[this.city] ?? "");

  /** By which standard; empty as long as the city is not known. */
  get standard(): string {
    return this.current;
  }

  set standard(id: string | undefined) {
    this.chosen = id;
  }

  /** What is asked of the server: the city, with the scenario if there is one. */
  get asked(): string {
    return this.with ? `${this.city}~${this.with}` : this.city;
  }

  /** The address of this view; what is as at first is left out. */
  address(): string {
    const told = new URLSearchParams();
    if (this.city) told.set("city", this.city);
    const scenario = this.with ?? this.wanted;
    if (scenario) told.set("with", scenario);
    if (this.walker !== "adult") told.set("walker", this.walker);
    // One that is chosen stands in the address even where it is the usual one: who follows it sees the same.
    if (this.chosen !== undefined) told.set("standard", this.chosen);
    if (this.colouring.by === "change") told.set("by", "change");
    else if (this.colouring.by !== "circles") told.set("by", `${this.colouring.by}:${this.colouring.id}`);
    if (this.within !== undefined) told.set("within", String(this.within));
    if (this.shown !== "people") told.set("show", this.shown);
    if (this.subject.kind === "place") told.set("at", `${this.subject.lon},${this.subject.lat}`);
    if (this.subject.kind === "community") told.set("community", this.subject.id);
    if (this.subject.kind === "new" || this.subject.kind === "standard") told.set("make", this.subject.kind);
    if (this.against) told.set("against", `${this.against.kind}:${this.against.id}`);
    if (this.tab !== "overview") told.set("tab", this.tab);
    if (this.tab === "tables" && this.table !== "communities") told.set("table", this.table);
    if (this.tab === "tables" && this.wide) told.set("wide", "yes");
    if (this.camera) told.set("map", `${this.camera.zoom}/${this.camera.lat}/${this.camera.lon}`);
    told.set("lang", this.language);
    return `/?${told.toString().replaceAll("%2C", ",").replaceAll("%2F", "/").replaceAll("%3A", ":")}`;
  }

  /** Goes to another city, as one who comes to it for the first time. */
  show(city: string): void {
    this.city = city;
    this.with = undefined;
    this.wanted = undefined;
    this.subject = { kind: "city" };
    this.against = undefined;
    this.camera = undefined;
  }

  setLanguage(language: Language): void {
    this.language = language;
    store("language", language);
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    store("theme", theme);
  }
}

function subjectOf(told: URLSearchParams): Subject {
  const [lon, lat] = (told.get("at") ?? "").split(",").map(Number);
  if (lon !== undefined && lat !== undefined && Math.abs(lon) <= 180 && Math.abs(lat) <= 90) {
    return { kind: "place", lon, lat };
  }
  const make = told.get("make");
  if (make === "new" || make === "standard") return { kind: make };
  const community = told.get("community");
  return community ? { kind: "community", id: community } : { kind: "city" };
}

function againstOf(text: string | null): Against | undefined {
  const at = text?.indexOf(":") ?? -1;
  const kind = (["walker", "standard", "city", "place"] as const).find((kind) => kind === text?.slice(0, at));
  return kind && text ? { kind, id: text.slice(at + 1) } : undefined;
}

function cameraOf(text: string | null): Camera | undefined {
  const [zoom, lat, lon] = (text ?? "").split("/").map(Number);
  if (zoom === undefined || lat === undefined || lon === undefined) return undefined;
  return zoom >= 0 && zoom <= 22 && Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { zoom, lat, lon } : undefined;
}

// A browser may refuse to keep anything; the page then begins as it would for a new visitor.
function stored(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function store(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // As above.
  }
}

export const view = new View();
