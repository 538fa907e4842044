import { test } from "@playwright/test";
import { drawn, open } from "../tests/page";

const DESK = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
const VIEWS = [
  ["map-city-zh", DESK, "lang=zh&theme=light"],
  ["map-city-dark-en", DESK, "lang=en&theme=dark&by=service:park&tab=charts"],
  ["map-place-zh", DESK, "lang=zh&theme=light&at=106.803,39.61&map=15/39.61/106.803"],
  ["map-compare-en", DESK, "lang=en&theme=light&at=106.803,39.61&map=15/39.61/106.803&against=walker:elderly"],
  ["map-tables-zh", DESK, "lang=zh&theme=light&tab=tables&wide=yes&show=communities"],
  ["map-phone-zh", PHONE, "lang=zh&theme=light&at=106.803,39.61&map=14.4/39.61/106.803"],
  ["map-phone-dark-en", PHONE, "lang=en&theme=dark"],
] as const;

for (const [name, viewport, query] of VIEWS) {
  test(name, async ({ page }) => {
    await page.setViewportSize(viewport);
    await open(page, query);
    await page.waitForTimeout(700);
    await page.screenshot({ path: `../docs/images/${name}.png` });
  });
}

test("map-plan-zh", async ({ page }) => {
  await page.setViewportSize(DESK);
  await open(page, "lang=zh&theme=light&tab=plan");
  await page.getByLabel("服务").first().selectOption("pocket_park");
  await page.getByRole("region", { name: "自动选址" }).getByLabel("数量").fill("17");
  await page.getByRole("button", { name: "开始选址" }).click();
  await page.getByRole("button", { name: "将 17 处加入方案" }).click({ timeout: 40_000 });
  await page.getByRole("textbox", { name: "方案名称" }).fill("十七座口袋公园");
  await page.keyboard.press("Tab");
  await page.getByRole("button", { name: "差异" }).click();
  await page.locator("#body").evaluate((body) => (body.scrollTop = 0));
  await page.waitForTimeout(1_500);
  await drawn(page);
  await page.screenshot({ path: "../docs/images/map-plan-zh.png" });
});
