// What the tests of the desk share: accounts, signing in, asking as a resident on a phone, taking steps.
import type { APIRequestContext, Browser, Page } from "@playwright/test";
import { expect } from "./page";

export const desk = "/api/v1/cities/demo/desk";
export const PASSWORD = "correct horse battery";

/** Makes an account of its own for each test, so that tests can run side by side. */
export async function account(request: APIRequestContext, token: string, role: string, unit: string | null = null): Promise<string> {
  const name = `${role}-${Math.random().toString(36).slice(2)}`;
  const made = await request.put(`${desk}/people`, {
    headers: { Authorization: `Bearer ${token}` },
    data: { name, shown: name, role, unit, password: PASSWORD },
  });
  expect(made.ok()).toBe(true);
  return name;
}

export async function signIn(page: Page, name: string, lang = "en"): Promise<void> {
  await page.goto(`/desk?lang=${lang}`);
  await page.locator("input[autocomplete=username]").fill(name);
  await page.locator("input[type=password]").fill(PASSWORD);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("tablist")).toBeVisible();
}

/** A phone with the page on which residents ask. */
export async function resident(browser: Browser, baseURL: string | undefined, lang = "zh"): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, baseURL: baseURL ?? "", hasTouch: true });
  const page = await context.newPage();
  await page.goto(`/ask?lang=${lang}`);
  return page;
}

/** Chooses a category and a place on the map. */
export async function about(page: Page, category: string, at: { x: number; y: number }): Promise<void> {
  await page.getByRole("button", { name: new RegExp(`^${category}`) }).click();
  await page.waitForFunction(() => document.querySelector(".map .map")?.getAttribute("data-idle") === "true");
  await page.locator(".map .map").click({ position: at });
}

/** Asks on the page; returns the code. */
export async function ask(page: Page, category: string, words: string, at: { x: number; y: number }): Promise<string> {
  await about(page, category, at);
  await page.getByLabel("具体情况").fill(words);
  await page.getByLabel("您的联系方式（选填）").fill("139 1234 5678");
  await page.getByRole("button", { name: "提交" }).click();
  return (await page.locator("output").textContent()) ?? "";
}

/** Takes a step with the request that is open. */
export async function act(page: Page, action: string, words?: string): Promise<void> {
  await page.locator(".one .steps").getByRole("button", { name: action, exact: true }).click();
  if (words === undefined) return;
  await page.locator(".one .acting textarea").fill(words);
  await page.locator(".one .acting form").getByRole("button", { name: action, exact: true }).click();
}
