// What all panels read: the words of the chosen language, the city, its standard and walkers, and what was measured.
import { body, client, type City, type CityEntry, type Name, type Service, type Standard, type StandardEntry, type Summary, type Walker } from "./api";
import { Loaded } from "./loaded.svelte";
import { texts, type Text } from "./text";
import { view } from "./view.svelte";

class Session {
  cities = new Loaded<CityEntry[]>();
  city = new Loaded<City>();
  standards = new Loaded<StandardEntry[]>();
  walkers = new Loaded<Walker[]>();
  standard = new Loaded<Standard>();
  summary = new Loaded<Summary>();
  /** Counts how often the standard was changed, so that its tiles are asked for anew. */
  changed = $state(0);
  /** People in the part of the city that the map shows: west, south, east, north. */
  bounds = $state.raw<[number, number, number, number]>();

  get text(): Text {
    return texts[view.language];
  }

  /** A name in the chosen language, or else in the other. */
  named(name: Name | { zh: string; en: string } | undefined): string {
    if (!name) return "";
    const local = "local" in name ? name.local : name.zh;
    return view.language === "zh" ? local || name.en : name.en || local;
  }

  /** What is compared with, in words. */
  get againstName(): string {
    const against = view.against;
    if (!against) return "";
    if (against.kind === "place") return this.text.compare.place;
    if (against.kind === "city" && against.id === view.city) return this.text.plan.asIs;
    if (against.kind === "city") return this.cities.value?.find((one) => one.id === against.id)?.name ?? against.id;
    const all = against.kind === "walker" ? this.walkers.value : this.standards.value;
    return this.named(all?.find((one) => one.id === against.id)) || against.id;
  }

  /** A service of the standard by its id. */
  service(id: string): Service | undefined {
    return this.standard.value?.circles.flatMap((circle) => circle.services).find((service) => service.id === id);
  }

  /** Settled once the cities are known. */
  async loadLists(): Promise<void> {
    const cities = this.cities.load(async (signal) => {
      const cities = await body(client.GET("/api/v1/cities", { signal }));
      view.usual = Object.fromEntries(cities.map((city) => [city.id, city.usual_standard]));
      return cities;
    });
    void this.standards.load((signal) => body(client.GET("/api/v1/standards", { signal })));
    void this.walkers.load((signal) => body(client.GET("/api/v1/walkers", { signal })));
    await cities;
  }

  loadCity(city: string): void {
    void this.city.load((signal) => body(client.GET("/api/v1/cities/{city}", { params: { path: { city } }, signal })));
  }

  loadStandard(standard: string): void {
    void this.standard.load((signal) =>
      body(client.GET("/api/v1/standards/{standard}", { params: { path: { standard } }, signal })),
    );
  }

  /** The standard has another form now: all that was measured by it is asked for again. */
  reloadStandard(): void {
    this.standard.again();
    this.summary.again();
    this.changed++;
  }

  loadSummary(city: string, walker: string, standard: string): void {
    const params = { path: { city }, query: { walker, standard, brief: true } };
    void this.summary.load((signal) =>
      // The client takes pairs for lists; the page reads none.
      body(client.GET("/api/v1/cities/{city}/summary", { params, signal })) as Promise<Summary>,
    );
  }
}

export const session = new Session();
