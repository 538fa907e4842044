// A scenario drawn in the map: what it gives is what the API says, and nothing of it is lost.
import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { api, drawn, expect, open, test } from "./page";

type Tried = { city: string; version: string; comparison: { residents_gaining: number; residents_losing: number; edits: { metres: number | null }[] } };

const token = () => /token=([0-9a-f]+)/.exec(readFileSync("../target/test-web-made/serve.log", "utf8"))?.[1] ?? "";

/** Where a longitude and latitude of the city lie on the screen. */
const SPOTS = { centre: [920, 420], east: [1120, 330], west: [560, 330] } as const;

async function begin(page: Page, more = ""): Promise<void> {
  await open(page, `lang=en&tab=plan${more}`);
}

/** Puts a facility, and waits until the server has told what it gives. */
async function put(page: Page, service: string, [x, y]: readonly [number, number]): Promise<Tried> {
  const tool = page.getByRole("button", { name: "Facility", exact: true });
  if ((await tool.getAttribute("aria-pressed")) !== "true") await tool.click();
  await page.getByLabel("Service").first().selectOption(service);
  await drawn(page);
  const answer = page.waitForResponse((response) => response.url().includes("/scenarios?") && response.request().method() === "POST");
  await page.mouse.click(x, y);
  return (await (await answer).json()) as Tried;
}

const gaining = (page: Page) => page.locator("[data-number=gaining]");
const rounded = (n: number) => (n >= 1000 ? Math.round(n / 10) * 10 : Math.round(n)).toLocaleString("en-GB");

test("a facility that is put recolours the city, and its number is the API's", async ({ page }) => {
  await begin(page);
  await page.getByRole("button", { name: "Facility", exact: true }).click();
  await page.getByLabel("Service").first().selectOption("library");
  await drawn(page);
  const before = await page.locator(".map canvas").screenshot();
  const tried = await put(page, "library", SPOTS.centre);
  expect(tried.comparison.residents_gaining).toBeGreaterThan(0);
  await expect(gaining(page)).toHaveText(rounded(tried.comparison.residents_gaining));
  await expect(page).toHaveURL(new RegExp(`with=${tried.version}`));
  await drawn(page);
  expect(before.equals(await page.locator(".map canvas").screenshot())).toBe(false);
  // Everything is asked of the city with the scenario.
  const [as, now] = await Promise.all(
    ["demo", tried.city].map(async (city) => (await (await page.request.get(`/api/v1/cities/${city}/summary`)).json()) as { circles: Record<string, { services: Record<string, { facilities: number }> }> }),
  );
  const libraries = (summary: typeof as) => Object.values(summary?.circles ?? {}).flatMap((circle) => Object.entries(circle.services)).find(([id]) => id === "library")?.[1].facilities ?? 0;
  expect(libraries(now)).toBe(libraries(as) + 1);
});

test("undo and redo, by button and by key", async ({ page }) => {
  await begin(page);
  await put(page, "library", SPOTS.centre);
  await put(page, "library", SPOTS.east);
  await expect(page.getByRole("heading", { name: "2 edit" })).toBeVisible();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByRole("heading", { name: "1 edit" })).toBeVisible();
  await page.keyboard.press("Control+z");
  await expect(page.getByText("Draw what could be built")).toBeVisible();
  await expect(page).not.toHaveURL(/with=/);
  await page.keyboard.press("Control+Shift+z");
  await page.getByRole("button", { name: "Redo" }).click();
  await expect(page.getByRole("heading", { name: "2 edit" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Redo" })).toBeDisabled();
});

test("a street that is drawn joins the streets; one that meets none is refused and taken back", async ({ page }) => {
  await begin(page);
  await page.getByRole("button", { name: "Street", exact: true }).click();
  await page.mouse.click(900, 300);
  await page.mouse.move(950, 330);
  await page.mouse.click(980, 345);
  const answer = page.waitForResponse((response) => response.url().includes("/scenarios?"));
  await page.keyboard.press("Enter");
  const tried = (await (await answer).json()) as Tried;
  expect(tried.comparison.edits[0]?.metres).toBeGreaterThan(100);
  await expect(page.getByRole("button", { name: "Details: New street" })).toBeVisible();
});

test("what cannot be built is told and taken back", async ({ page, quiet }) => {
  await begin(page);
  await put(page, "library", SPOTS.centre);
  await page.getByRole("button", { name: "Street", exact: true }).click();
  // In the empty country east of the city.
  await page.mouse.click(1405, 560);
  await page.mouse.dblclick(1415, 640);
  await expect(page.getByRole("alert")).toContainText("it meets no street");
  await expect(page.getByRole("heading", { name: "1 edit" })).toBeVisible();
  await expect(gaining(page)).toBeVisible();
  await page.getByRole("button", { name: "OK" }).click();
  await expect(page.getByRole("alert")).toHaveCount(0);
  // The refusal is an answer of 400, which the browser tells too.
  quiet.splice(0, quiet.length, ...quiet.filter((fault) => !fault.includes("400")));
});

test("a facility is dragged, told more of, and taken out", async ({ page }) => {
  await begin(page);
  const first = await put(page, "library", SPOTS.centre);
  await page.getByRole("button", { name: "Done" }).click();
  await drawn(page);
  const answer = page.waitForResponse((response) => response.url().includes("/scenarios?"));
  await page.mouse.move(...SPOTS.centre);
  await page.mouse.down();
  await page.mouse.move(1000, 400, { steps: 4 });
  await page.mouse.move(...SPOTS.east, { steps: 4 });
  await page.mouse.up();
  const moved = (await (await answer).json()) as Tried;
  expect(moved.version).not.toBe(first.version);
  await page.getByRole("button", { name: /^Details: New facility/ }).click();
  await page.getByLabel("Cost", { exact: true }).fill("250000");
  await page.getByLabel("Cost", { exact: true }).press("Tab");
  await expect(page.getByText(/^Cost 250,000/).first()).toBeVisible();
  await page.getByRole("button", { name: /^Remove: New facility/ }).click();
  await expect(page.getByText("Draw what could be built")).toBeVisible();
});

test("an existing facility is closed or moved, and who loses by it is told", async ({ page }) => {
  type Circle = { circles: { services: { id: string; nearest?: { id: string; at: [number, number] } }[] }[] };
  const circle = await api<Circle>(page, "circle?lon=106.803&lat=39.61");
  const nearest = circle.circles.flatMap((one) => one.services).find((service) => service.id === "hospital")?.nearest;
  const [lon, lat] = nearest?.at ?? [0, 0];
  // In the middle of the map, which begins beside the panel.
  const middle = [384 + (1440 - 384) / 2, 450] as const;
  await begin(page, `&by=service:hospital&map=15/${lat}/${lon}`);
  const answer = page.waitForResponse((response) => response.url().includes("/scenarios?"));
  await page.mouse.click(...middle);
  await expect(page.getByText(/: existing facility$/)).toBeVisible();
  await page.getByRole("button", { name: "Close it" }).click();
  const tried = (await (await answer).json()) as Tried & { comparison: { changes: { facilities: { id: string; change: string }[] } } };
  expect(tried.comparison.changes.facilities).toMatchObject([{ id: nearest?.id, change: "closed" }]);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page).not.toHaveURL(/with=/);
  // Until its tile has come anew there is no facility to click, and a click asks for the life circle of the place.
  await expect(async () => {
    const back = page.getByRole("button", { name: "‹ City" });
    if (await back.isVisible()) await back.click();
    await drawn(page);
    await page.mouse.click(...middle);
    await expect(page.getByText(/: existing facility$/)).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await page.getByRole("button", { name: "Move it" }).click();
  const moving = page.waitForResponse((response) => response.url().includes("/scenarios?"));
  await page.mouse.click(middle[0] + 160, middle[1] + 60);
  const moved = (await (await moving).json()) as typeof tried;
  expect(moved.comparison.changes.facilities).toMatchObject([{ id: nearest?.id, change: "moved" }]);
});

test("a scenario is saved, opened by its link, and never written over unseen", async ({ page, browser, quiet }) => {
  const name = `Reading-${Date.now()}`;
  await page.goto(`/?lang=en&tab=plan#token=${token()}`);
  await drawn(page);
  const tried = await put(page, "library", SPOTS.centre);
  await page.getByRole("textbox", { name: "Name of the scenario" }).fill(name);
  await page.keyboard.press("Tab");
  await expect(page).not.toHaveURL(new RegExp(tried.version));
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByRole("button", { name: "Saved", exact: true })).toBeVisible();
  await expect(page.getByRole("button", { name: `Open ${name}` })).toBeVisible();

  // Somebody else opens the link, without a token, in another browser.
  const other = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const tile = other.waitForRequest((request) => /demo~[0-9a-f]+\/tiles\/people/.test(request.url()));
  await other.goto(page.url());
  await tile;
  await expect(other.locator("[data-number=gaining]")).toHaveText((await gaining(page).textContent()) ?? "");
  await expect(other.getByRole("textbox", { name: "Name of the scenario" })).toHaveValue(name);
  await other.close();

  // Somebody else saves another version; then this one is not written over it.
  const saved = await api<{ name: string; version: string }[]>(page, "scenarios");
  const version = saved.find((one) => one.name === name)?.version;
  const theirs = { type: "FeatureCollection", name, features: [] };
  const put2 = await page.request.put(`/api/v1/cities/demo/scenarios/${name}`, { data: { scenario: theirs, replaces: version }, headers: { Authorization: `Bearer ${token()}` } });
  expect(put2.ok()).toBe(true);
  await put(page, "library", SPOTS.east);
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByRole("alert")).toContainText("saved by somebody else");
  quiet.splice(0, quiet.length, ...quiet.filter((fault) => !fault.includes("409")));
  // Reloaded, what was drawn is still there.
  await page.reload();
  await expect(page.getByRole("heading", { name: "2 edit" })).toBeVisible();
});

test("seventeen parks are found with proof, and taken into the scenario; a run is cancelled", async ({ page }) => {
  await begin(page);
  await page.getByRole("region", { name: "Find the best places" }).getByLabel("How many").fill("17");
  await page.getByRole("button", { name: "Find places" }).click();
  await expect(page.getByText(/^Proven: no choice among/)).toBeVisible({ timeout: 40_000 });
  const coverage = await page.getByText(/^Coverage /).textContent();
  const gained = Number(/\+([\d,]+)/.exec((await page.locator(".found").textContent()) ?? "")?.[1]?.replaceAll(",", ""));
  expect(coverage).toContain("→");
  await page.getByRole("button", { name: "Add the 17 places" }).click();
  await expect(page.getByRole("heading", { name: "17 edit" })).toBeVisible();
  // What was promised is what is measured; the page rounds either to four digits, and a person may lie between.
  const measured = async () => Number(((await gaining(page).textContent()) ?? "").replaceAll(",", ""));
  await expect.poll(async () => Math.abs((await measured()) - gained) / gained).toBeLessThan(0.001);
  // One run more, which is held up so that it can be cancelled.
  await page.route("**/sites", async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await route.continue().catch(() => undefined);
  });
  await page.getByRole("button", { name: "Find places" }).click();
  await expect(page.getByText(/^Searching/)).toBeVisible();
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByRole("button", { name: "Find places" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "17 edit" })).toBeVisible();
});

test("missing links are found and taken into the scenario", async ({ page }) => {
  await begin(page);
  const links = page.getByRole("region", { name: "Find missing links" });
  await links.getByLabel("Detour now").fill("3");
  await links.getByRole("button", { name: "Find links" }).click();
  await expect(links.getByText(/people gain a service/).first()).toBeVisible({ timeout: 40_000 });
  const promised = Number((/^([\d,]+) people/.exec((await links.getByText(/people gain a service/).first().textContent()) ?? "")?.[1] ?? "").replaceAll(",", ""));
  await links.getByRole("button", { name: "Add", exact: true }).first().click();
  await expect(page.getByRole("heading", { name: "1 edit" })).toBeVisible();
  await expect(links.getByRole("button", { name: "Added" })).toBeDisabled();
  // What was promised is what is measured, among required services at least.
  await expect.poll(async () => Number(((await gaining(page).textContent()) ?? "").replaceAll(",", ""))).toBeGreaterThanOrEqual(promised * 0.999);
  // The others stay, to be added too.
  await links.getByRole("button", { name: "Add", exact: true }).first().click();
  await expect(page.getByRole("heading", { name: "2 edit" })).toBeVisible();
});

test("the fewest places that are enough are proven", async ({ page }) => {
  await begin(page);
  const best = page.getByRole("region", { name: "Find the best places" });
  await best.getByLabel("What is wanted").selectOption("Fewest places for a coverage");
  await best.getByLabel("Covered (%)").fill("60");
  await best.getByRole("button", { name: "Find places" }).click();
  await expect(best.getByText(/^Proven: \d+ are enough, and one fewer is not/)).toBeVisible({ timeout: 40_000 });
  const [, after] = /→ ([\d.]+)%/.exec((await best.getByText(/^Coverage /).textContent()) ?? "") ?? [];
  expect(Number(after)).toBeGreaterThanOrEqual(60);
});

test("a search tells how far it is, and what it found is the API's", async ({ page }) => {
  test.slow();
  await begin(page);
  const best = page.getByRole("region", { name: "Find the best places" });
  await best.getByLabel("Service").selectOption("childcare");
  await best.getByLabel("What is wanted").selectOption("Most residents with a place");
  await best.getByLabel("Capacity each").fill("60");
  await best.getByLabel("How many").fill("3");
  await best.getByRole("button", { name: "Find places" }).click();
  await expect(best.getByText(/^At most [\d.]+% from the best/)).toBeVisible({ timeout: 30_000 });
  await expect(best.getByText(/^(Proven|No choice)/)).toBeVisible({ timeout: 60_000 });
  const told = await best.getByText(/^Residents with a place/).textContent();
  const asked = { service: "childcare", model: "capacitated", capacity: 60, count: 3, seconds: 30 };
  const found = (await (await page.request.post("/api/v1/cities/demo/sites", { data: asked })).json()) as { before: number; value: number; residents: number };
  const share = (people: number) => `${((100 * people) / found.residents).toFixed(1)}%`;
  expect(told).toContain(`Residents with a place ${share(found.before)} → ${share(found.value)}`);
  // The longest way, in public buildings.
  await best.getByLabel("Service").selectOption("pharmacy");
  await best.getByLabel("What is wanted").selectOption("Longest way as short as possible");
  await best.getByLabel("Where they may stand").selectOption("In public buildings");
  await best.getByRole("button", { name: "Find places" }).click();
  await expect(best.getByText(/^Longest way of 95% of residents [\d.]+ → [\d.]+ min/)).toBeVisible({ timeout: 40_000 });
});

test("a programme of works is made for a budget, and taken into the scenario", async ({ page }) => {
  test.slow();
  await begin(page);
  const programme = page.getByRole("region", { name: "Make a renewal programme" });
  await programme.getByLabel("Budget").fill("250");
  await programme.getByLabel("Price of a link (0: none)").fill("0");
  await programme.getByRole("button", { name: "Make the programme" }).click();
  await expect(programme.getByText(/^Average coverage of all services/)).toBeVisible({ timeout: 60_000 });
  const works = programme.getByRole("listitem");
  const count = await works.count();
  expect(count).toBeGreaterThan(2);
  await works.first().getByRole("button").click();
  await programme.getByRole("button", { name: `Add the ${count} works to the scenario` }).click();
  await expect(page.getByRole("heading", { name: `${count} edit` })).toBeVisible();
  const priced = { pocket_park: 80, public_toilet: 30 };
  const asked = await (await page.request.post("/api/v1/cities/demo/programme", { data: { budget: 250, prices: priced, seconds: 40 } })).json();
  expect((asked as { works: unknown[] }).works.length).toBe(count);
});

test("the city as it is, and with the scenario; the same comparison for a place", async ({ page }) => {
  await begin(page);
  await put(page, "library", SPOTS.centre);
  await page.getByRole("button", { name: "Done" }).click();
  const both = page.getByRole("group", { name: "Plan" }).last();
  await both.getByRole("button", { name: "As it is" }).click();
  await expect(page).not.toHaveURL(/with=/);
  await both.getByRole("button", { name: "Untitled scenario" }).click();
  await expect(page).toHaveURL(/with=/);
  await both.getByRole("button", { name: "Difference" }).click();
  await expect(page.getByRole("region", { name: "Services gained for each resident" })).toBeVisible();
  await expect(page).toHaveURL(/by=change/);
  await both.getByRole("button", { name: "Untitled scenario" }).click();
  await expect(page).toHaveURL(/by=service:library/);
  await page.getByRole("tab", { name: "City" }).click();
  await page.getByLabel("Compare with").selectOption({ label: "As it is" });
  await expect(page).toHaveURL(/against=city:demo/);
});

test("the way to a service, with the scenario and as it is", async ({ page }) => {
  await begin(page);
  await put(page, "library", SPOTS.centre);
  await page.getByRole("button", { name: "Done" }).click();
  // Beside the new library, away from its sign, the nearest one was another.
  await page.mouse.click(SPOTS.centre[0] + 26, SPOTS.centre[1] + 18);
  await expect(page.getByRole("heading", { name: "My life circle" })).toBeVisible();
  await page.getByLabel("Compare with").selectOption({ label: "As it is" });
  const both = Promise.all(["/cities/demo~", "/cities/demo/"].map((city) => page.waitForResponse((response) => response.url().includes(city) && response.url().includes("/route?"))));
  await page.getByRole("button", { name: /Library or reading room/ }).click();
  type Route = { properties: { seconds: number } };
  const [now, before] = await Promise.all((await both).map(async (answer) => (await answer.json()) as Route));
  expect(now?.properties.seconds).toBeLessThan(before?.properties.seconds ?? 0);
});

test("scenarios are downloaded, opened from a file, and compared side by side", async ({ page }) => {
  for (const [index, spot] of [SPOTS.centre, SPOTS.east].entries()) {
    await page.goto(`/?lang=en&tab=plan#token=${token()}`);
    await page.reload();
    await drawn(page);
    await put(page, "library", spot);
    await page.getByRole("textbox", { name: "Name of the scenario" }).fill(`Side-${index}`);
    await page.keyboard.press("Tab");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await expect(page.getByRole("button", { name: "Saved", exact: true })).toBeVisible();
  }
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: /GeoJSON/ }).click();
  const path = await (await download).path();
  expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ type: "FeatureCollection", name: "Side-1" });
  await page.getByRole("button", { name: "New scenario" }).click();
  await expect(page.getByText("Draw what could be built")).toBeVisible();
  await page.locator("input[type=file]").setInputFiles(path);
  await expect(page.getByRole("heading", { name: "1 edit" })).toBeVisible();
  for (const index of [0, 1]) await page.getByRole("checkbox", { name: `Compare: Side-${index}` }).check();
  await page.getByRole("button", { name: "Compare", exact: true }).click();
  await expect(page.getByRole("rowheader", { name: "Side-0" })).toBeVisible();
  await expect(page.getByRole("rowheader", { name: "Side-1" })).toBeVisible();
});

test("a file that is no scenario changes nothing, and one that is opened can be undone", async ({ page }) => {
  await begin(page);
  await put(page, "library", SPOTS.centre);
  const choose = (text: string) => page.locator("input[type=file]").setInputFiles({ name: "other.geojson", mimeType: "application/geo+json", buffer: Buffer.from(text) });
  for (const text of ["no", "{}", '{"features":[null]}', '{"type":"FeatureCollection","features":[{"type":"Feature","geometry":null,"properties":null}]}']) {
    await choose(text);
    await expect(page.getByRole("alert")).toContainText("not a GeoJSON scenario");
    await expect(page.getByRole("heading", { name: "1 edit" })).toBeVisible();
  }
  const point = { type: "Point", coordinates: [106.803, 39.61] };
  const two = ["library", "kindergarten"].map((service) => ({ type: "Feature", geometry: point, properties: { edit: "add_facility", service } }));
  await choose(JSON.stringify({ type: "FeatureCollection", features: two }));
  await expect(page.getByRole("heading", { name: "2 edit" })).toBeVisible();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByRole("heading", { name: "1 edit" })).toBeVisible();
});

test("communities are drawn into fourteen connected units, and hidden again", async ({ page }) => {
  test.slow();
  await begin(page);
  const before = await page.locator(".map canvas").screenshot();
  await page.getByRole("region", { name: "Draw life-circle units" }).getByLabel("How many").fill("14");
  await page.getByRole("button", { name: "Draw units" }).click();
  await expect(page.getByText(/^Searching/)).toBeVisible();
  const mean = page.getByText(/^[\d.]+ min on foot to the centre, on average/);
  await expect(mean).toBeVisible({ timeout: 60_000 });
  await expect(page.getByRole("region", { name: "Draw life-circle units" }).getByRole("listitem")).toHaveCount(14);
  const asked = await page.request.post("/api/v1/cities/demo/units", { data: { count: 14, tolerance: 0.2, seconds: 10 } });
  const units = (await asked.json()) as { units: { members: string[] }[]; balanced: boolean; gap: number; value: number };
  expect(units.units).toHaveLength(14);
  expect(units.units.flatMap((unit) => unit.members)).toHaveLength(83);
  // How far a search comes in its seconds is the machine's affair, and two of them may end a little apart.
  expect(units.balanced && units.gap < 0.2).toBe(true);
  expect(Math.abs(parseFloat((await mean.textContent()) ?? "") - units.value)).toBeLessThan(1);
  await drawn(page);
  expect(before.equals(await page.locator(".map canvas").screenshot())).toBe(false);
  await page.getByRole("button", { name: "Hide" }).click();
  await expect(page.getByText(/to the centre, on average/)).toHaveCount(0);
});

test("the page itself never scrolls", async ({ page }) => {
  for (const tab of ["city", "plan", "tables"]) {
    await open(page, `lang=en&tab=${tab}`);
    expect(await page.evaluate(() => document.scrollingElement!.scrollHeight - innerHeight)).toBeLessThanOrEqual(0);
  }
});

test("units are ranked as pilots", async ({ page }) => {
  test.slow();
  await begin(page);
  const units = page.getByRole("region", { name: "Draw life-circle units" });
  await units.getByLabel("How many").fill("4");
  await units.getByLabel("Allowed deviation (%)").fill("50");
  await units.getByLabel("Rank as pilots").check();
  await units.getByRole("button", { name: "Draw units" }).click();
  await expect(units.getByText(/^Pilot 1: [\d,]+ services gained/)).toBeVisible({ timeout: 90_000 });
  await expect(units.getByRole("listitem").first()).toContainText("Pilot 1");
  await expect(units.getByRole("listitem")).toHaveCount(4);
});

test("in Chinese, on a phone and in the dark, the panel is whole", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page, "lang=zh&theme=dark&tab=plan");
  await expect(page.getByRole("button", { name: "设施", exact: true })).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
});
