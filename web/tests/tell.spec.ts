import { readFileSync } from "node:fs";
import { api, expect, open, test } from "./page";

test("tables are sorted, filtered and made wide", async ({ page }) => {
  await open(page, "lang=en&tab=tables");
  const first = page.locator("tbody tr").first();
  await page.getByRole("button", { name: "People", exact: true }).first().click();
  const most = await api<{ communities: { name: { en: string } }[] }>(page, "communities?sort=residents&limit=1");
  await expect(first).toContainText(most.communities[0]?.name.en ?? "never");
  await page.getByLabel("Filter by name").fill("huanghe");
  await expect(page.locator("tbody tr")).toHaveCount(7);
  await page.getByRole("button", { name: "Wider" }).click();
  await expect(page.getByRole("columnheader", { name: "Community culture" })).toBeVisible();
  await expect(page).toHaveURL(/wide=yes/);
});

test("services and gaps have the API's numbers, and show themselves on the map", async ({ page }) => {
  await open(page, "lang=en&tab=tables&table=gaps");
  const { gaps } = await api<{ gaps: { name: { en: string }; people_without: number }[] }>(page, "gaps?limit=1");
  await expect(page.locator("tbody tr").first()).toContainText(gaps[0]?.name.en ?? "never");
  await page.getByRole("button", { name: "Services", exact: true }).click();
  await page.getByRole("button", { name: "Library or reading room" }).click();
  await expect(page).toHaveURL(/by=service:library/);
});

for (const table of ["communities", "services", "gaps"]) {
  test(`${table} are downloaded in each format, and open`, async ({ page }) => {
    await open(page, `lang=en&tab=tables&table=${table}`);
    const files: Record<string, Buffer> = {};
    for (const [name, ending] of [["CSV", "csv"], ["Excel", "xlsx"], ["GeoJSON", "geojson"], ["GeoParquet", "parquet"]] as const) {
      const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name, exact: true }).click()]);
      expect(download.suggestedFilename()).toBe(`demo-${table}.${ending}`);
      files[ending] = readFileSync(await download.path());
    }
    const rows = (files["csv"] ?? Buffer.of()).toString("utf8").trim().split("\n").length - 1;
    const geojson = JSON.parse((files["geojson"] ?? Buffer.of()).toString("utf8")) as { features: unknown[] };
    expect(geojson.features.length).toBe(rows);
    expect(rows).toBeGreaterThan(40);
    expect(files["xlsx"]?.subarray(0, 2).toString()).toBe("PK");
    expect(files["parquet"]?.subarray(0, 4).toString()).toBe("PAR1");
  });
}

test("only what the map shows is downloaded, if asked", async ({ page }) => {
  await open(page, "lang=en&tab=tables&map=15/39.61/106.803");
  await page.getByLabel("Only what the map shows").check();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "CSV" }).click()]);
  const rows = readFileSync(await download.path(), "utf8").trim().split("\n").length - 1;
  expect(rows).toBeGreaterThan(1);
  expect(rows).toBeLessThan(20);
});

test("charts answer to the map", async ({ page }) => {
  await open(page, "lang=en&tab=charts&by=service:park");
  const people = page.getByText(/^In view/);
  await expect(people).toContainText("532,100");
  await page.locator(".map canvas").click({ position: { x: 10, y: 10 }, trial: true });
  await page.mouse.move(900, 400);
  await page.mouse.wheel(0, -600);
  await expect(people).not.toContainText("532,100");
});

test("the report opens, and prints", async ({ page, context }) => {
  await open(page, "lang=en");
  const [report] = await Promise.all([context.waitForEvent("page"), page.getByRole("link", { name: "Report" }).click()]);
  await expect(report.getByRole("heading").first()).toBeVisible();
  expect((await report.pdf()).subarray(0, 4).toString()).toBe("%PDF");
});

// The report is read on a screen, on a phone and on paper: nothing is cut off at any width, and no Chinese name stands a sign a line.
for (const part of ["", "&sheet=one-page", "&community=%E9%BB%84%E6%B2%B3%E4%B8%9C%E7%A4%BE%E5%8C%BA"]) {
  for (const lang of ["zh", "en"]) {
    test(`the report fits screens and paper: ${lang}${part}`, async ({ page }) => {
      for (const [width, media] of [[1400, "screen"], [800, "screen"], [390, "screen"], [696, "print"]] as const) {
        // The sheet of A4 is one drawing, as large as paper.
        if (part.includes("one-page") && width < 800) continue;
        await page.setViewportSize({ width, height: 900 });
        await page.emulateMedia({ media });
        await page.goto(`/api/v1/cities/demo/report?lang=${lang}${part}`);
        const faults = await page.evaluate(() => {
          const shown = [...document.querySelectorAll<HTMLElement>("body *:not(svg *)")].filter((one) => one.getClientRects().length > 0);
          const beyond = shown.filter((one) => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1);
          const cells = shown.filter((one) => one.matches("td, th:not(.c)") && /[\u4e00-\u9fff]{3}/.test(one.textContent ?? ""));
          const narrow = cells.filter((one) => one.clientWidth < 1.9 * parseFloat(getComputedStyle(one).fontSize));
          const small = shown.filter((one) => one.childElementCount === 0 && one.textContent?.trim() && parseFloat(getComputedStyle(one).fontSize) < 9);
          return [...beyond, ...narrow, ...small].slice(0, 5).map((one) => one.outerHTML.slice(0, 120));
        });
        expect(faults, `${width} ${media}`).toEqual([]);
      }
    });
  }
}

test("problems are told in the language of the page", async ({ request }) => {
  const detail = async (language: string) => {
    const answer = await request.get("/api/v1/cities/demo/report?community=nowhere", { headers: { "Accept-Language": language } });
    expect(answer.status()).toBe(404);
    return ((await answer.json()) as { detail: string }).detail;
  };
  expect(await detail("zh-CN,zh;q=0.9")).toContain("没有名为");
  expect(await detail("en")).toContain("no community is called");
});
