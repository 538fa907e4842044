import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { drawn, expect, open, test } from "./page";

/** The address for whoever may write, as the server told it. */
function signedIn(query: string): string {
  const told = readFileSync("../target/test-web-made/serve.log", "utf8");
  const token = /#token=[0-9a-f]{32}/.exec(told)?.[0] ?? "#none";
  return `/?${query}${token}`;
}

/** A small town: a grid of streets with houses, a pharmacy and a school, as OpenStreetMap has it. */
function town(): string {
  const nodes: string[] = [];
  const ways: string[] = [];
  const side = 9;
  const id = (x: number, y: number) => y * side + x + 1;
  const at = (x: number, y: number) => `lat="${(41 + y * 0.0015).toFixed(6)}" lon="${(2 + x * 0.002).toFixed(6)}"`;
  for (let y = 0; y < side; y++) for (let x = 0; x < side; x++) nodes.push(`<node id="${id(x, y)}" ${at(x, y)}/>`);
  let way = 1;
  const line = (refs: number[], tags: string) => ways.push(`<way id="${way++}">${refs.map((ref) => `<nd ref="${ref}"/>`).join("")}${tags}</way>`);
  const steps = [...Array(side).keys()];
  for (const k of steps) {
    line(steps.map((x) => id(x, k)), `<tag k="highway" v="residential"/><tag k="name" v="${k + 1} Street"/>`);
    line(steps.map((y) => id(k, y)), '<tag k="highway" v="residential"/>');
  }
  let next = 1000;
  for (let y = 0; y < side - 1; y++) {
    for (let x = 0; x < side - 1; x++) {
      const corners = [[0.2, 0.2], [0.4, 0.2], [0.4, 0.4], [0.2, 0.4]].map(([dx, dy]) => {
        nodes.push(`<node id="${++next}" ${at(x + (dx ?? 0), y + (dy ?? 0))}/>`);
        return next;
      });
      line([...corners, corners[0] ?? 0], '<tag k="building" v="apartments"/><tag k="building:levels" v="4"/>');
    }
  }
  nodes.push(`<node id="5000" ${at(2.5, 2.1)}><tag k="amenity" v="pharmacy"/><tag k="name" v="Town Pharmacy"/></node>`);
  return `<?xml version="1.0"?><osm version="0.6">${nodes.join("")}${ways.join("")}</osm>`;
}

const file = (name: string, text: string) => ({ name, mimeType: "application/octet-stream", buffer: Buffer.from(text) });

async function begin(page: Page): Promise<void> {
  await page.goto(signedIn("lang=en"));
  await expect(page).not.toHaveURL(/token/);
  await page.getByRole("button", { name: "New city" }).click();
}

test("a city is made of dropped files: looked at, corrected, watched, opened", async ({ page }) => {
  await begin(page);
  const list = "what,x,y,called\nkindergarten,2.004,41.004,Sun\nmystery,2.005,41.004,Odd\n";
  await page.locator("input[type=file]").setInputFiles([file("town.osm", town()), file("places.csv", list)]);
  // The list's columns have names that nobody could guess.
  await expect(page.getByRole("alert").first()).toBeVisible();
  for (const [field, column] of [["Longitude", "x"], ["Latitude", "y"], ["Name", "called"], ["Kind", "what"]] as const) {
    await page.getByLabel(field, { exact: true }).selectOption(column);
  }
  await expect(page.getByText(/Recognised: Kindergarten 1/i)).toBeVisible();
  await expect(page.getByText("Not recognised: 1")).toBeVisible();
  const name = `town-${Date.now()}`;
  await page.getByLabel("Name of the city").fill(name);
  await page.getByRole("button", { name: "Make the city" }).click();
  await expect(page).toHaveURL(new RegExp(`city=${name}`));
  await drawn(page);
  await page.getByRole("combobox", { name: "Search" }).fill("town pharmacy");
  await expect(page.getByRole("listbox").getByRole("option").first()).toContainText("Town Pharmacy");
});

test("a broken extract is told in one sentence", async ({ page }) => {
  await begin(page);
  await page.locator("input[type=file]").setInputFiles([file("broken.osm", "<osm><node id='1'")]);
  await page.getByRole("button", { name: "Make the city" }).click();
  await expect(page.getByRole("alert")).toContainText("broken.osm");
});

test("a standard is changed in a form, the city measured by it, and the file taken away", async ({ page }) => {
  await page.goto(signedIn("lang=en"));
  const mean = page.getByText(/^On average/);
  await expect(mean).toBeVisible();
  const before = await mean.textContent();
  await page.getByRole("button", { name: "Change…" }).click();
  await page.getByLabel("Name of the custom standard").fill(`Strict ${Date.now()}`);
  const parks = page.getByLabel("Bus stop: min");
  await parks.fill("2");
  await parks.blur();
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page).toHaveURL(/standard=strict-/);
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "TOML" }).click()]);
  expect(readFileSync(await download.path(), "utf8")).toContain("minutes = 2.0");
  await page.getByRole("button", { name: "City", exact: true }).click();
  await expect(mean).not.toHaveText(before ?? "");
  await page.getByRole("button", { name: "Change…" }).click();
  await page.getByRole("button", { name: "Remove" }).click();
  await expect(page).not.toHaveURL(/standard=/);
});

test("without the token nothing can be made, and the page says how to get it", async ({ page }) => {
  await open(page);
  await page.getByRole("button", { name: "New city" }).click();
  await expect(page.getByText(/open the address that the server printed at start/)).toBeVisible();
  const answer = await page.request.post("/api/v1/jobs", { data: { name: "x", extract: 0 } });
  expect(answer.status()).toBe(401);
});
