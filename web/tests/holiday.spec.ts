// One request's whole life, over a holiday: the server's clock is set by libfaketime, the browser's by Playwright.
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync, openSync } from "node:fs";
import type { Browser, Page } from "@playwright/test";
import { about, account, act, ask, desk, signIn } from "./desk";
import { expect, test } from "./page";

const library = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu"].map((path) => `${path}/faketime/libfaketimeMT.so.1`).find(existsSync);
const made = "../target/test-web-holiday";
const log = `${made}/serve.log`;
const port = 8717;
const baseURL = `http://127.0.0.1:${port}`;

let running: ChildProcess | undefined;
test.afterEach(() => void running?.kill());

/** Serves the demo city from a moment on, as UTC tells it. */
async function serveAt(moment: string): Promise<{ token: string; stop: () => Promise<void> }> {
  writeFileSync(log, "");
  const server: ChildProcess = spawn("../target/debug/lifecircle", ["serve", "../target/test-web/demo.city", "--desk", "--port", String(port), "--keep-in", made], {
    env: { ...process.env, LD_PRELOAD: library, FAKETIME: `@${moment}`, DONT_FAKE_MONOTONIC: "1", TZ: "UTC" },
    stdio: ["ignore", "ignore", openSync(log, "a")],
  });
  running = server;
  await expect.poll(() => fetch(`${baseURL}/healthz`).then((answer) => answer.ok, () => false), { timeout: 30_000 }).toBe(true);
  const token = /token=([0-9a-f]+)/.exec(readFileSync(log, "utf8"))?.[1] ?? "";
  const ended = new Promise<void>((done) => server.once("exit", () => done()));
  const stop = async () => {
    server.kill("SIGTERM");
    await ended;
  };
  return { token, stop };
}

/** A page whose clock stands at a moment. */
async function pageAt(browser: Browser, moment: string, path: string, phone = false): Promise<Page> {
  const size = phone ? { width: 390, height: 844 } : { width: 1440, height: 900 };
  const context = await browser.newContext({ viewport: size, baseURL, hasTouch: phone, timezoneId: "Asia/Shanghai" });
  const page = await context.newPage();
  await page.clock.setFixedTime(new Date(moment.replace(" ", "T") + "Z"));
  await page.goto(path);
  return page;
}

test("a request's limit passes over a holiday, and its life from asking to rating is counted as it was", async ({ browser }) => {
  test.skip(!library, "libfaketime is not here: apt-get install faketime");
  test.setTimeout(180_000);
  rmSync(made, { recursive: true, force: true });
  mkdirSync(made, { recursive: true });
  const words = "楼下垃圾桶三天没有清运";

  // Wednesday before National Day, four in the afternoon in Wuhai. A resident asks, a neighbour joins.
  let now = "2026-09-30 08:00:00";
  let server = await serveAt(now);
  const phone = await pageAt(browser, now, "/ask?lang=zh", true);
  const code = await ask(phone, "环境卫生", words, { x: 200, y: 150 });
  const other = await pageAt(browser, now, "/ask?lang=zh", true);
  await about(other, "环境卫生", { x: 200, y: 150 });
  await other.getByRole("button", { name: "一起反映" }).first().click();
  await expect(other.locator("output")).toBeVisible();

  // The catalogue has sent it to the subdistrict. Three working days: the 8th, the 9th, and Saturday the 10th, which is worked on.
  const supervisor = await pageAt(browser, now, "/desk");
  const supervising = await account(supervisor.request, server.token, "supervisor");
  await signIn(supervisor, supervising, "zh");
  await supervisor.getByRole("button", { name: words }).click();
  await expect(supervisor.locator(".one dl")).toContainText("街道");
  await expect(supervisor.locator(".one dl")).toContainText(/10.10.*18:00/);
  const { requests } = (await (await supervisor.request.get(`${desk}/requests`)).json()) as { requests: { number: number; unit: string; joined: number }[] };
  expect(requests.map((one) => one.joined)).toEqual([1]);

  // The unit returns it, a supervisor says that it stays, the unit accepts it.
  const unit = await pageAt(browser, now, "/desk");
  const handling = await account(unit.request, server.token, "handler", requests[0]!.unit);
  await signIn(unit, handling, "zh");
  await unit.getByRole("button", { name: words }).click();
  await act(unit, "申请退单", "属物业职责");
  await supervisor.reload();
  await supervisor.getByRole("button", { name: words }).click();
  await act(supervisor, "不同意退单", "公共道路上的垃圾桶由街道负责");
  await unit.reload();
  await unit.getByRole("button", { name: words }).click();
  await act(unit, "签收");
  await expect(unit.locator(".one .state")).toHaveText("已签收");
  await server.stop();

  // After the holiday, on the last morning: a warning, and not yet late.
  now = "2026-10-10 02:00:00";
  server = await serveAt(now);
  await supervisor.clock.setFixedTime(new Date("2026-10-10T02:00:00Z"));
  await signIn(supervisor, supervising, "zh");
  await expect(supervisor.getByRole("button", { name: /^已超时/ })).toContainText("0");
  await supervisor.getByRole("button", { name: words }).click();
  await expect(supervisor.locator(".one ol")).toContainText("临近时限");
  await expect(supervisor.locator(".one ol")).not.toContainText("已超时");
  await server.stop();

  // The same evening: it has passed to supervision.
  now = "2026-10-10 12:00:00";
  server = await serveAt(now);
  await supervisor.clock.setFixedTime(new Date("2026-10-10T12:00:00Z"));
  await signIn(supervisor, supervising, "zh");
  await supervisor.getByRole("button", { name: /^已超时/ }).click();
  await supervisor.getByRole("button", { name: words }).click();
  await expect(supervisor.locator(".one ol")).toContainText("已超时，列入督办");
  await expect(supervisor.locator(".one dl")).toContainText("超时 2 小时");

  // The unit answers, the resident rates.
  await unit.clock.setFixedTime(new Date("2026-10-10T12:00:00Z"));
  await signIn(unit, handling, "zh");
  await unit.getByRole("button", { name: words }).click();
  await act(unit, "答复", "已清运，今后每天两次");
  await expect(unit.locator(".one .state")).toHaveText("已答复");
  await phone.getByRole("button", { name: "查看进度" }).click();
  await expect(phone.locator("article")).toContainText("已清运，今后每天两次");
  await phone.getByRole("radio", { name: "4 星" }).click();
  await phone.getByRole("button", { name: "是", exact: true }).click();
  await phone.getByRole("button", { name: "提交评价" }).click();
  await expect(phone.getByText("感谢评价")).toBeVisible();
  expect(code).toMatch(/^[0-9A-Z-]{14}$/);

  // The rates are those that the open data give.
  const csv = await (await supervisor.request.get(`${desk}/open-data/requests.csv`)).text();
  const [heads, ...rows] = csv.replace("\ufeff", "").trim().split(/\r?\n/).map((line) => line.split(","));
  const of = (row: string[], name: string) => row[heads!.indexOf(name)] ?? "";
  const counted = rows.filter((row) => of(row, "category") === "waste");
  const answered = counted.filter((row) => of(row, "replied"));
  const inTime = answered.filter((row) => of(row, "replied") <= of(row, "due"));
  expect([counted.length, answered.length, inTime.length]).toEqual([1, 1, 0]);
  await supervisor.getByRole("tab", { name: "统计" }).click();
  const cells = supervisor.getByRole("row", { name: /环境卫生/ }).getByRole("cell");
  await expect(cells.nth(2)).toContainText(`${inTime.length}/${answered.length}`);
  await expect(cells.nth(4)).toContainText(`${counted.filter((row) => of(row, "solved") === "yes").length}/${counted.filter((row) => of(row, "solved")).length}`);
  await expect(cells.nth(5)).toContainText(`${counted.filter((row) => Number(of(row, "stars")) >= 4).length}/${counted.filter((row) => of(row, "stars")).length}`);
  await server.stop();
});
