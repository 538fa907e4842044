// What every test of the page begins with: no fault on the console, no request to another host, no failed answer.
import { expect, test as base, type Page } from "@playwright/test";

export const test = base.extend<{ quiet: string[] }>({
  quiet: [
    async ({ page, baseURL }, use) => {
      const faults: string[] = [];
      page.on("console", (message) => {
        if (message.type() === "error" || message.type() === "warning") faults.push(message.text());
      });
      page.on("pageerror", (error) => faults.push(error.message));
      page.on("request", (request) => {
        const url = request.url();
        if (!url.startsWith(baseURL ?? "") && !url.startsWith("blob:") && !url.startsWith("data:")) faults.push(`asked ${url}`);
      });
      page.on("response", (response) => {
        if (response.status() >= 400) faults.push(`${response.status()} ${response.url()}`);
      });
      await use(faults);
      expect(faults).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };

/** Opens a view, and waits until it is drawn. */
export async function open(page: Page, query = "lang=en"): Promise<void> {
  await page.goto(`/?${query}`);
  await drawn(page);
}

/** Waits until the map has all its tiles. */
export async function drawn(page: Page): Promise<void> {
  await page.waitForFunction(() => document.querySelector(".map")?.getAttribute("data-idle") === "true");
}

/** The API's answer. */
export async function api<T>(page: Page, path: string): Promise<T> {
  const answer = await page.request.get(`/api/v1/cities/demo/${path}`);
  expect(answer.ok()).toBe(true);
  return (await answer.json()) as T;
}
