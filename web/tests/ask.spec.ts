import { api, drawn, expect, open, test } from "./page";

const PLACE = "lon=106.803&lat=39.61";
interface Circle {
  circles_had: number;
  circles: { services: { id: string; en: string; required: boolean; has: boolean; nearest?: { seconds: number } }[] }[];
}

test("a click on the map shows the life circle of the place, with the API's numbers", async ({ page }) => {
  await open(page, "lang=en&at=106.803,39.61&map=15/39.61/106.803");
  const told = await api<Circle>(page, `circle?${PLACE}`);
  await expect(page.getByRole("heading", { name: "My life circle" })).toBeVisible();
  await expect(page.getByText(`${told.circles_had} of ${told.circles.length} circles`).first()).toBeVisible();
  for (const service of told.circles.flatMap((circle) => circle.services)) {
    const row = page.getByRole("button", { name: new RegExp(`^[✓–]? ?${service.en}`) }).filter({ hasText: service.nearest ? "min" : "" });
    const minutes = service.nearest && Math.max(1, Math.ceil(service.nearest.seconds / 60 - 1e-9));
    if (minutes !== undefined) await expect(row.first()).toContainText(`${minutes} min`);
  }
  const missing = told.circles.flatMap((circle) => circle.services).filter((service) => service.required && !service.has);
  await expect(page.locator(".service .mark:not(.has)")).toHaveCount(
    missing.length + told.circles.flatMap((circle) => circle.services).filter((service) => !service.required && !service.has).length,
  );
});

test("clicking elsewhere asks anew, and back goes back", async ({ page }) => {
  await open(page);
  await page.locator(".map canvas").click({ position: { x: 600, y: 300 } });
  await expect(page.getByRole("heading", { name: "My life circle" })).toBeVisible();
  const first = page.url();
  await drawn(page);
  await page.locator(".map canvas").click({ position: { x: 640, y: 340 } });
  await expect(page).not.toHaveURL(first);
  await page.goBack();
  await expect(page).toHaveURL(new RegExp(new URL(first).searchParams.get("at") ?? "never"));
  await page.getByRole("button", { name: "City", exact: true }).click();
  await expect(page.getByRole("tab", { name: "Gaps" })).toBeVisible();
});

test("the way to a service is drawn", async ({ page }) => {
  await open(page, "lang=en&at=106.803,39.61&map=15/39.61/106.803");
  const service = page.locator(".service").first();
  await service.click();
  await expect(service).toHaveAttribute("aria-pressed", "true");
  await service.click();
  await expect(service).toHaveAttribute("aria-pressed", "false");
});

test("where no street is near, the page says so", async ({ page, quiet }) => {
  await page.goto("/?lang=en&city=demo&at=106.75,39.5722");
  await expect(page.getByRole("alert").getByText(/no street/)).toBeVisible();
  // This fault was asked for.
  expect(quiet.filter((fault) => !fault.includes("422"))).toEqual([]);
  quiet.length = 0;
});

test("a community shows its people, and what would help most", async ({ page }) => {
  await open(page, "lang=en&tab=tables");
  const told = await api<{ total: number; communities: { id: string; name: { en: string } }[] }>(page, "communities?sort=mean_circles&ascending=true");
  await expect(page.getByText(`${told.total} of ${told.total}`)).toBeVisible();
  const least = told.communities[0];
  await page.getByRole("button", { name: least?.name.en ?? "", exact: true }).click();
  await expect(page.getByRole("heading", { name: least?.name.en ?? "" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "What would help most" })).toBeVisible();
  await expect(page).toHaveURL(new RegExp(`community=${least?.id}`));
});

test("a link opens the same view for another person", async ({ page, context }) => {
  await open(page, "lang=en&walker=elderly&by=service:park&within=12&tab=charts&map=13/39.61/106.8");
  await page.getByRole("button", { name: "Copy link" }).click();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  const other = await context.newPage();
  await other.goto(link);
  await expect(other.getByRole("region", { name: "Minutes to: Park" }).getByText("≤ 12", { exact: true })).toBeVisible();
  await expect(other.getByLabel("Travelling as")).toHaveValue("elderly");
  await expect(other.getByRole("heading", { name: "People by number of complete circles" })).toBeVisible();
});

test("two walkers are compared, for a place and for the city", async ({ page }) => {
  await open(page, "lang=en&at=106.803,39.61&map=15/39.61/106.803");
  await page.getByLabel("Compare with").selectOption("walker:elderly");
  const theirs = await api<Circle>(page, `circle?${PLACE}&walker=elderly`);
  await expect(page.getByText(new RegExp(`Outline: .* · ${theirs.circles_had} of 8 circles`))).toBeVisible();
  await expect(page).toHaveURL(/against=walker:elderly/);
  await page.getByRole("button", { name: "City", exact: true }).click();
  await expect(page.getByText(/Outline: .* On average/)).toBeVisible();
});

test("two places are compared by a click", async ({ page }) => {
  await open(page, "lang=en&at=106.803,39.61&map=15/39.61/106.803");
  await page.getByLabel("Compare with").selectOption("pick");
  await expect(page.getByText("Click the place to compare with")).toBeVisible();
  await page.locator(".map canvas").click({ position: { x: 800, y: 300 } });
  await expect(page.getByText(/Outline: Another place/)).toBeVisible();
  await expect(page).toHaveURL(/at=106.803,39.61/);
});
