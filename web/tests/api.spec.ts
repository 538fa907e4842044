import { expect, test } from "./page";

test("the API can be read and tried", async ({ page }) => {
  await page.goto("/api");
  await page.getByText("The life circle of a point").click();
  const circle = page.locator("details#circle");
  await circle.getByRole("button").click();
  await expect(circle.getByText("200 OK")).toBeVisible();
  await expect(circle.locator("pre")).toContainText('"circles_had"');
});
