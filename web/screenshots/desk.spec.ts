import { readFileSync } from "node:fs";
import { test } from "@playwright/test";

test("ask-phone-zh", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto("/ask?lang=zh&theme=light");
  await page.locator(".categories button").nth(10).click();
  await page.waitForFunction(() => document.querySelector(".map .map")?.getAttribute("data-idle") === "true");
  await page.locator(".map .map").click({ position: { x: 200, y: 150 } });
  await page.waitForTimeout(700);
  await page.screenshot({ path: "../docs/images/ask-phone-zh.png" });
});

test("desk", async ({ page, request }) => {
  const token = /token=([0-9a-f]+)/.exec(readFileSync("../target/test-web-made/serve.log", "utf8"))?.[1] ?? "";
  const person = { name: "pictures", shown: "王敏", role: "supervisor", unit: null, password: "correct horse battery" };
  await request.put("/api/v1/cities/demo/desk/people", { headers: { Authorization: `Bearer ${token}` }, data: person });
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto("/desk?lang=zh&theme=light");
  await page.locator("input[autocomplete=username]").fill(person.name);
  await page.locator("input[type=password]").fill(person.password);
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelector(".map")?.getAttribute("data-idle") === "true");
  await page.waitForTimeout(700);
  await page.screenshot({ path: "../docs/images/desk-zh.png" });
  await page.getByRole("tab", { name: "统计" }).click();
  await page.locator("table").waitFor();
  await page.screenshot({ path: "../docs/images/desk-rates-zh.png" });
  await page.getByRole("button", { name: "诉求与缺口", exact: true }).click();
  await page.locator("figure svg").waitFor({ timeout: 60_000 });
  await page.screenshot({ path: "../docs/images/desk-voices-zh.png" });
});
