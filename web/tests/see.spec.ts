import { drawn, expect, open, test } from "./page";

test("the first view shows the city, its people and its circles", async ({ page }) => {
  await open(page);
  await expect(page.getByText("532,100")).toBeVisible();
  await expect(page.getByRole("button", { name: "Community culture" }).first()).toBeVisible();
  await expect(page.getByText("Click anywhere on the map")).toBeVisible();
  await expect(page.getByRole("region", { name: "Circles complete" })).toBeVisible();
});

test("a service that is chosen recolours the map, and its limit can be moved", async ({ page }) => {
  await open(page);
  await page.getByRole("button", { name: "More: Education for all" }).click();
  await page.getByRole("button", { name: /^Primary school/ }).click();
  const legend = page.getByRole("region", { name: "Minutes to: Primary school" });
  await expect(legend).toBeVisible();
  await expect(page).toHaveURL(/by=service:primary_school/);
  await legend.getByRole("slider").fill("20");
  await expect(legend.getByText("≤ 20", { exact: true })).toBeVisible();
  await expect(page).toHaveURL(/within=20/);
});

test("a class of the legend is hidden by a click, and shown by another", async ({ page }) => {
  await open(page);
  await drawn(page);
  const before = await page.locator(".map canvas").screenshot();
  const few = page.getByRole("button", { name: "2–<4" });
  await few.click();
  await expect(few).toHaveAttribute("aria-pressed", "false");
  await drawn(page);
  const after = await page.locator(".map canvas").screenshot();
  expect(before.equals(after)).toBe(false);
  await few.click();
  await expect(few).toHaveAttribute("aria-pressed", "true");
});

test("another walker and another standard measure anew", async ({ page }) => {
  await open(page);
  const mean = page.getByText(/^On average/);
  const adults = await mean.textContent();
  await drawn(page);
  const before = await page.locator(".map canvas").screenshot();
  await page.getByLabel("Travelling as").selectOption("elderly");
  await expect(mean).not.toHaveText(adults ?? "");
  await expect.poll(async () => before.equals(await page.locator(".map canvas").screenshot())).toBe(false);
  await expect(page).toHaveURL(/walker=elderly/);
  await page.getByLabel("Standard").selectOption("moreno-6");
  await expect(mean).toHaveText(/of 6 circles are complete/);
});

for (const [query, name] of [
  ["小学", "Primary school"],
  ["xiaoxue", "Primary school"],
  ["河", "Yellow River"],
  ["hhd", "East Huanghe Community"],
]) {
  test(`search finds ${query}`, async ({ page }) => {
    await open(page);
    await page.getByRole("combobox", { name: "Search" }).fill(query ?? "");
    await expect(page.getByRole("listbox").getByRole("option").filter({ hasText: name ?? "" }).first()).toBeVisible();
  });
}

test("search by keyboard alone goes to a community", async ({ page }) => {
  await open(page);
  await page.getByRole("combobox", { name: "Search" }).focus();
  await page.keyboard.type("黄河东社区");
  // What the first signs alone find may come first.
  await expect(page.getByRole("listbox").getByRole("option").first()).toContainText("East Huanghe Community");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "East Huanghe Community" })).toBeVisible();
});

test("coordinates are found in either order", async ({ page }) => {
  await open(page);
  const search = page.getByRole("combobox", { name: "Search" });
  for (const query of ["39.61, 106.803", "106.803 39.61"]) {
    await search.fill(query);
    await expect(page.getByRole("listbox").getByRole("option").first()).toContainText("39.61, 106.803");
  }
});

test("language and theme are switched and kept", async ({ page }) => {
  await open(page);
  await page.getByRole("button", { name: "切换到中文" }).click();
  await expect(page.getByRole("tab", { name: "缺口" })).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("lang", "zh");
  const theme = await page.locator("html").getAttribute("data-theme");
  await page.getByRole("button", { name: "切换浅色与深色" }).click();
  await expect(page.locator("html")).not.toHaveAttribute("data-theme", theme ?? "");
  await page.goto("/");
  await expect(page.getByRole("tab", { name: "缺口" })).toBeVisible();
});
