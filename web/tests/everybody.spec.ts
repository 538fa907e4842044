// For everybody: by keyboard, on a phone, by a screen reader, in both themes and languages.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, open, test } from "./page";
import type { Page } from "@playwright/test";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Violation {
  id: string;
  impact: string;
  nodes: { html: string }[];
}

async function violations(page: Page): Promise<string[]> {
  // The page's own policy refuses what it did not send; evaluating is the debugger's, and is not refused.
  await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run: () => Promise<{ violations: Violation[] }> } };
    return (await axe.run()).violations;
  });
  const serious = found.filter((one) => one.impact === "serious" || one.impact === "critical");
  return serious.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(" | ")}`);
}

for (const theme of ["light", "dark"]) {
  for (const view of ["", "tab=gaps", "tab=tables", "tab=charts&by=service:park", "tab=plan", "at=106.803,39.61", "community=r69841"]) {
    test(`axe finds no serious fault: ${theme} ${view}`, async ({ page }) => {
      await open(page, `lang=${theme === "dark" ? "zh" : "en"}&theme=${theme}&${view}`);
      expect(await violations(page)).toEqual([]);
    });
  }
}

test("a phone shows map and panel, and nothing is wider than the screen", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page, "lang=zh");
  for (const view of ["", "&tab=tables", "&tab=charts", "&tab=plan", "&at=106.803,39.61"]) {
    await open(page, `lang=zh${view}`);
    const wide = await page.evaluate(() =>
      [...document.querySelectorAll("aside *, .legend *")].filter((element) => element.getBoundingClientRect().right > innerWidth + 1).map((element) => element.outerHTML.slice(0, 80)),
    );
    expect(wide).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  }
});

test("all can be reached by the keyboard", async ({ page }) => {
  await open(page);
  const seen = new Set<string>();
  for (let step = 0; step < 60; step++) {
    await page.keyboard.press("Tab");
    seen.add(await page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent?.trim() ?? ""));
  }
  for (const name of ["Copy link", "Search", "Gaps", "Tables", "Charts"]) expect([...seen].some((one) => one.includes(name))).toBe(true);
  await page.getByRole("tab", { name: "Gaps" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "What is missing most" })).toBeVisible();
});
