import { test } from "@playwright/test";
import { open } from "../tests/page";

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
