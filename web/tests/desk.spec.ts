// The response desk from both sides: a resident on a phone asks, another joins, the desk works, the resident rates.
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import axe from "axe-core";
import type { APIRequestContext, Page } from "@playwright/test";
import { PASSWORD, about, account as makeAccount, act, ask, desk, resident, signIn } from "./desk";
import { api, expect, test } from "./page";

const token = /token=([0-9a-f]+)/.exec(readFileSync("../target/test-web-made/serve.log", "utf8"))?.[1] ?? "";
const account = (request: APIRequestContext, role: string, unit: string | null = null): Promise<string> => makeAccount(request, token, role, unit);

test("a resident asks, another joins, the unit objects and answers, the resident rates", async ({ page, browser, baseURL, request }) => {
  const [handler, supervisor] = [await account(request, "handler", "heating_company"), await account(request, "supervisor")];
  const phone = await resident(browser, baseURL);
  const words = `卧室只有 15 度 ${Math.random()}`;
  const code = await ask(phone, "供热", words, { x: 200, y: 150 });
  expect(code).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$/);
  expect(phone.url()).not.toContain(code);

  // Somebody near by sees that it was asked, and joins.
  const other = await resident(browser, baseURL);
  await about(other, "供热", { x: 200, y: 150 });
  await expect(other.getByRole("heading", { name: "附近已有人反映同类问题" })).toBeVisible();
  await other.getByRole("button", { name: "一起反映" }).first().click();
  await expect(other.locator("output")).toBeVisible();

  // The unit objects; a supervisor rejects it; the unit answers.
  await signIn(page, handler);
  await page.getByRole("button", { name: words }).click();
  await act(page, "Return", "not ours");
  await expect(page.locator(".state")).toHaveText("Return under review");
  await page.getByRole("button", { name: "Sign out" }).click();
  await signIn(page, supervisor);
  await page.getByRole("button", { name: words }).click();
  await act(page, "Reject return", "it is yours");
  await expect(page.locator(".state")).toHaveText("Awaiting acceptance");
  await page.getByRole("button", { name: "Sign out" }).click();
  await signIn(page, handler);
  await page.getByRole("button", { name: words }).click();
  await act(page, "Accept");
  await expect(page.locator(".state")).toHaveText("Accepted");
  await page.getByRole("button", { name: "Show contact" }).click();
  await expect(page.locator(".contacts li").first()).toHaveText("139 1234 5678");
  await expect(page.locator("ol")).toContainText("Contact viewed");
  await act(page, "Reply", "已上门调试，室温 21 度");
  await expect(page.locator(".state")).toHaveText("Answered");

  // The resident reads it and rates.
  await phone.getByRole("button", { name: "查看进度" }).click();
  await expect(phone.locator("article")).toContainText("已上门调试，室温 21 度");
  await expect(phone.locator("article")).not.toContainText("it is yours");
  await phone.getByRole("radio", { name: "5 星" }).click();
  await phone.getByRole("button", { name: "是", exact: true }).click();
  await phone.getByRole("button", { name: "提交评价" }).click();
  await expect(phone.getByText("感谢评价")).toBeVisible();
});

test("the rates on the page are those counted from the requests", async ({ page, request }) => {
  const supervisor = await account(request, "supervisor");
  const handler = await account(request, "handler", "gas_company");
  for (let number = 0; number < 3; number++) {
    const made = await request.post(`${desk}/requests`, { data: { category: "gas", place: "1 号楼", words: `表坏了 ${number}` } });
    expect(made.status()).toBe(201);
    const { number: id, code } = await made.json();
    if (number === 0) continue;
    await request.post(`${desk}/session`, { data: { name: handler, password: PASSWORD } });
    for (const action of [{ step: "sign" }, { step: "reply", words: "已换表" }]) {
      expect((await request.post(`${desk}/requests/${id}/steps`, { data: { action } })).ok()).toBe(true);
    }
    await request.post(`${desk}/tracking/steps`, { data: { code, action: { step: "rate", stars: number === 1 ? 5 : 2, solved: number === 1, words: "" } } });
  }
  await signIn(page, supervisor, "zh");
  // Counted anew from the list, without the program's own sums.
  type Row = { category: string; state: string; replied?: number | null; due?: number | null; solved?: boolean | null; stars?: number | null };
  const all = await page.evaluate(async (desk) => {
    const rows: Row[] = [];
    let after = "";
    do {
      const answer: { requests: Row[]; next?: string | null } = await (await fetch(`${desk}/requests?order=newest&category=gas&limit=200${after}`)).json();
      rows.push(...answer.requests);
      after = answer.next ? `&after=${answer.next}` : "";
    } while (after);
    return rows;
  }, desk);
  const answered = all.filter((one) => one.replied != null);
  const rated = all.filter((one) => one.stars != null);
  await page.getByRole("tab", { name: "统计" }).click();
  const cells = page.getByRole("row", { name: /燃气/ }).getByRole("cell");
  await expect(cells.nth(0)).toHaveText(String(all.length));
  await expect(cells.nth(2)).toContainText(`${answered.filter((one) => one.due != null && one.replied! <= one.due).length}/${answered.length}`);
  await expect(cells.nth(4)).toContainText(`${all.filter((one) => one.solved === true).length}/${all.filter((one) => one.solved != null).length}`);
  await expect(cells.nth(5)).toContainText(`${rated.filter((one) => one.stars! >= 4).length}/${rated.length}`);
});

test("an operator enters a call with the keyboard alone", async ({ page, request }) => {
  await signIn(page, await account(request, "operator"));
  await page.getByRole("tab", { name: "Record a call" }).focus();
  await page.keyboard.press("Enter");
  await page.getByLabel("What is it about?").focus();
  await page.keyboard.type("Waste");
  const place = page.getByRole("combobox", { name: "Address or name of the place" });
  await place.focus();
  await page.keyboard.type("chenguang");
  await expect(page.locator("#places [role=option]").first()).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(page.locator(".maplibregl-marker")).toBeVisible();
  await page.getByLabel("Describe the problem or request").focus();
  await page.keyboard.type("The bins are full");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("status")).toContainText("Recorded");
});

test("many are sent at once, a stranger sees nothing, and a session that has ended signs in anew", async ({ page, request, context, quiet }) => {
  await signIn(page, await account(request, "operator"));
  const words = `noise ${Math.random()}`;
  for (let number = 0; number < 2; number++) {
    await request.post(`${desk}/requests`, { data: { category: "other", place: "x", words: `${words} ${number}` } });
  }
  await page.reload();
  await expect(page.getByRole("listitem").filter({ hasText: words })).toHaveCount(2);
  for (const row of await page.getByRole("listitem").filter({ hasText: words }).all()) await row.getByRole("checkbox").check();
  await page.locator(".bulk").getByRole("button", { name: "Assign", exact: true }).click();
  await page.locator(".bulk select").selectOption("hotline");
  await page.locator(".bulk form").getByRole("button", { name: "Assign", exact: true }).click();
  await expect(page.getByRole("listitem").filter({ hasText: words }).first()).toContainText("12345 hotline");
  await context.clearCookies();
  await page.getByLabel("Category").selectOption("other");
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  expect(await page.evaluate(async (desk) => (await fetch(`${desk}/requests`)).status, desk)).toBe(401);
  // Those refusals were meant.
  quiet.splice(0);
});

test("both pages fit a phone, are read in both languages and by everybody", async ({ page, browser, baseURL, request }) => {
  const name = await account(request, "operator");
  for (const lang of ["zh", "en"]) {
    for (const theme of ["light", "dark"]) {
      const phone = await resident(browser, baseURL, `${lang}&theme=${theme}`);
      await expect(phone.locator(".categories button").first()).toBeVisible();
      await fits(phone);
      await phone.locator(".categories button").nth(1).click();
      await fits(phone);
      await readable(phone);
      await phone.context().close();
    }
  }
  await signIn(page, name);
  await expect(page.locator(".list")).toBeVisible();
  await readable(page);
  await page.setViewportSize({ width: 390, height: 844 });
  await fits(page);
});

async function fits(page: Page): Promise<void> {
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
}

async function readable(page: Page): Promise<void> {
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const own = (window as unknown as { axe: { run: typeof axe.run } }).axe;
    return (await own.run(document, { resultTypes: ["violations"] })).violations.filter((one) => one.impact === "serious" || one.impact === "critical").map((one) => `${one.id}: ${one.nodes[0]?.html}`);
  });
  expect(found).toEqual([]);
}

test("the desk says what it answers for", async ({ page }) => {
  const about = await api<{ categories: { id: string }[]; units: { kind: string }[] }>(page, "desk");
  expect(about.categories.length).toBeGreaterThan(15);
  expect(about.units.filter((unit) => unit.kind === "community").length).toBe(83);
});

/** The code that an authenticator app shows (RFC 6238). */
function totp(secret: string, at: number): string {
  const signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret].map((sign) => signs.indexOf(sign).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const hash = createHmac("sha1", key).update(counter).digest();
  const offset = hash[19]! & 15;
  return String((hash.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

test("photos go both ways, lose what is hidden in them, and end with the request's words", async ({ page, browser, baseURL, request }) => {
  const handler = await account(request, "handler", "heating_company");
  const phone = await resident(browser, baseURL);
  const words = `水管漏水 ${Math.random()}`;
  await about(phone, "供热", { x: 180, y: 120 });
  await phone.getByLabel("具体情况").fill(words);
  await phone.locator("input[type=file]").setInputFiles(["../docs/images/ask-phone-zh.png", "../docs/images/desk-zh.png"]);
  await phone.getByRole("button", { name: "移除照片 2" }).click();
  await expect(phone.locator(".photos img")).toHaveCount(1);
  await phone.getByRole("button", { name: "提交" }).click();
  const code = (await phone.locator("output").textContent()) ?? "";
  await phone.getByRole("button", { name: "查看进度" }).click();
  await expect(phone.locator("article .photos img")).toHaveCount(1);

  await signIn(page, handler);
  await page.getByRole("button", { name: words }).click();
  const shown = page.locator(".one .photos img");
  await expect(shown).toHaveCount(1);
  await expect.poll(() => shown.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(100);
  await act(page, "Accept");
  await page.locator(".one input[type=file]").setInputFiles("../docs/images/desk-zh.png");
  await expect(shown).toHaveCount(2);
  await phone.getByRole("button", { name: "查询", exact: true }).click();
  await expect(phone.locator("article .photos img")).toHaveCount(2);
  await fits(phone);
  await readable(phone);

  const [download] = await Promise.all([phone.waitForEvent("download"), phone.getByRole("button", { name: "下载我填写的内容" }).click()]);
  const own = JSON.parse(readFileSync((await download.path())!, "utf8")) as { written: { words: string }[]; photos: Record<string, string> };
  expect(own.written.map((one) => one.words)).toEqual([words]);
  expect(Object.values(own.photos).map((photo) => photo.slice(0, 23))).toEqual(["data:image/jpeg;base64,"]);

  await phone.getByRole("button", { name: "删除我填写的内容、照片和联系方式" }).click();
  await phone.getByRole("button", { name: "删除", exact: true }).click();
  await page.reload();
  expect((await request.post(`${desk}/tracking`, { data: { code } })).status()).toBe(200);
  expect(((await (await request.post(`${desk}/tracking`, { data: { code } })).json()) as { photos: number[] }).photos).toHaveLength(1);
});

test("what is asked to be built goes into a plan, and its asker hears when it opens", async ({ page, browser, baseURL, request }) => {
  const phone = await resident(browser, baseURL);
  const words = `希望建口袋公园 ${Math.random()}`;
  await about(phone, "希望增设", { x: 200, y: 150 });
  await phone.getByLabel("具体情况").fill(words);
  await phone.getByLabel("希望增设什么").fill("口袋公园");
  await phone.getByRole("button", { name: "提交" }).click();
  await phone.getByRole("button", { name: "查看进度" }).click();
  await signIn(page, await account(request, "supervisor"));
  await page.getByRole("button", { name: words }).click();
  await page.locator(".one .steps").getByRole("button", { name: "Add to a draft plan" }).click();
  const plan = `parks-${Math.random().toString(36).slice(2)}`;
  await page.getByLabel("What is to be built").selectOption("pocket_park");
  await page.getByLabel(/^Draft plan/).fill(plan);
  await page.locator(".one .acting textarea").fill("已列入明年计划");
  await page.locator(".one .acting form").getByRole("button", { name: "Add to a draft plan" }).click();
  await expect(page.locator(".planned")).toContainText(plan);
  const scenario = await api<{ features: { properties: { service: string } }[] }>(page, `scenarios/${plan}`);
  expect(scenario.features.map((feature) => feature.properties.service)).toEqual(["pocket_park"]);
  await act(page, "Tell resident it has opened", "公园今天开放");
  await phone.getByRole("button", { name: "查询", exact: true }).click();
  await expect(phone.locator("article")).toContainText("已纳入方案研究");
  await expect(phone.locator("article")).toContainText("公园今天开放");
  // The other tests of the map find it as it was.
  const removed = await request.delete(`/api/v1/cities/demo/scenarios/${plan}`, { headers: { Authorization: `Bearer ${token}` } });
  expect(removed.status()).toBe(204);
});

test("two-step sign-in is set up, asked for, and sessions are ended by an administrator", async ({ page, browser, baseURL, request, quiet }) => {
  const name = await account(request, "operator");
  await signIn(page, name);
  await page.getByRole("button", { name: "Two-step sign-in" }).click();
  await page.getByRole("button", { name: "Set up" }).click();
  const secret = ((await page.locator("code").textContent()) ?? "").replaceAll(" ", "");
  await page.getByLabel("6-digit code from your authenticator app").fill(totp(secret, Date.now()));
  await page.getByLabel("Your password").fill(PASSWORD);
  await page.getByRole("button", { name: "Turn on" }).click();
  await expect(page.getByText("On. Each sign-in takes")).toBeVisible();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.locator("input[autocomplete=username]").fill(name);
  await page.locator("input[type=password]").fill(PASSWORD);
  await page.keyboard.press("Enter");
  // A code opens once: the one of the next half minute.
  await page.getByLabel("6-digit code from your authenticator app").fill(totp(secret, Date.now() + 30_000));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("tablist")).toBeVisible();

  const other = await (await browser.newContext({ baseURL: baseURL ?? "" })).newPage();
  await signIn(other, await account(request, "administrator"));
  other.on("dialog", (dialog) => void dialog.accept());
  await other.getByRole("button", { name: new RegExp(`^${name}`) }).click();
  await other.getByRole("button", { name: "Sign this account out everywhere" }).click();
  await expect(other.getByRole("status")).toHaveText("This account has been signed out everywhere.");
  await other.getByRole("button", { name: "Turn off two-step sign-in" }).click();
  await page.getByLabel("Category").selectOption("other");
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await other.context().close();
  quiet.splice(0);
});

test("every number of the rates shows its requests, and what they teach is told", async ({ page, request }) => {
  for (let number = 0; number < 4; number++) {
    await request.post(`${desk}/requests`, { data: { category: "lift", place: "1", at: { lon: 106.83, lat: 39.62 }, words: `电梯又坏了 ${number}` } });
  }
  await signIn(page, await account(request, "supervisor"), "zh");
  await page.getByRole("tab", { name: "统计" }).click();
  const open = page.getByRole("row", { name: /电梯故障/ }).getByRole("cell").nth(1).getByRole("button");
  const many = Number(await open.textContent());
  expect(many).toBeGreaterThanOrEqual(4);
  await open.click();
  await expect(page.locator(".picked")).toContainText("电梯故障 · 在办");
  await expect(page.locator(".list li")).toHaveCount(many);
  await page.getByRole("button", { name: "显示全部" }).click();
  await expect(page.locator(".picked")).toHaveCount(0);

  await page.getByRole("tab", { name: "统计" }).click();
  for (const [name, shows] of [["在办与预测", /目前在办/], ["热点", /热点|平常约/], ["重复诉求", /为重复诉求/], ["诉求与缺口", /每千人诉求/], ["开放数据", /GeoParquet/]] as const) {
    await page.getByRole("button", { name, exact: true }).click();
    await expect(page.locator("main")).toContainText(shows);
    await expect(page.locator("main .loading")).toHaveCount(0, { timeout: 30_000 });
    await readable(page);
  }
  const csv = await (await request.get(`${desk}/open-data/requests.csv`)).text();
  expect(csv).toContain("电梯故障");
  expect(csv).not.toContain("电梯又坏了");
  await page.setViewportSize({ width: 390, height: 844 });
  for (const name of ["指标", "在办与预测", "诉求与缺口"]) {
    await page.getByRole("button", { name, exact: true }).click();
    await expect(page.locator("main .loading")).toHaveCount(0, { timeout: 30_000 });
    await fits(page);
  }
});

test("another hotline's list is looked at, its words told apart, and taken once", async ({ page, request }) => {
  const mark = Math.random().toString(36).slice(2);
  await signIn(page, await account(request, "supervisor"), "zh");
  await page.getByRole("tab", { name: "导入工单表" }).click();
  const rows = ["工单编号,诉求类型,诉求内容,事发地址,受理时间", `A-${mark},噪声扰民,夜里施工 ${mark},人民路 1 号,2026-11-20 08:30`, `B-${mark},油烟,餐馆油烟大 ${mark},人民路 2 号,2026-11-21 09:00`];
  const list = { name: `${mark}.csv`, mimeType: "text/csv", buffer: Buffer.from(rows.join("\n")) };
  await page.locator("input[type=file]").setInputFiles(list);
  await expect(page.getByText("共 2 行")).toBeVisible();
  await expect(page.getByRole("combobox", { name: /^诉求内容/ })).toHaveValue("诉求内容");
  await expect(page.getByText("有 1 个类别不在派单目录中")).toBeVisible();
  await expect(page.getByRole("button", { name: "核对" })).toBeDisabled();
  await readable(page);
  await page.getByLabel("油烟", { exact: true }).selectOption("other");
  await page.getByRole("button", { name: "核对" }).click();
  await page.getByRole("button", { name: "导入 2 件" }).click();
  await expect(page.getByRole("status")).toContainText("已导入 2 件");
  await page.getByRole("button", { name: "查看工单" }).click();
  await expect(page.getByRole("button", { name: `餐馆油烟大 ${mark}` })).toBeVisible();

  // The same once more takes nothing; a row that says nothing is told with its place; nothing of such a list is taken.
  await page.getByRole("tab", { name: "导入工单表" }).click();
  await page.locator("input[type=file]").setInputFiles(list);
  await page.getByLabel("其余一律对应").selectOption("other");
  await page.getByRole("button", { name: "核对" }).click();
  await page.getByRole("button", { name: "导入 2 件" }).click();
  await expect(page.getByRole("status")).toContainText("已导入 0 件");
  await expect(page.getByRole("status")).toContainText("另有 2 件此前已导入");
  await page.getByRole("button", { name: "再导入一份" }).click();
  await page.locator("input[type=file]").setInputFiles({ ...list, buffer: Buffer.from([...rows.slice(0, 2), `C-${mark},噪声扰民,,人民路 3 号,`].join("\n")) });
  await expect(page.getByRole("alert")).toContainText("缺少诉求内容");
  await page.setViewportSize({ width: 390, height: 844 });
  await fits(page);
});

test("a unit that helps finds what it helps with, and rates are downloaded as they stand", async ({ page, request }) => {
  const words = `地下水管 ${Math.random()}`;
  await request.post(`${desk}/requests`, { data: { category: "waste", place: "x", words, at: { lon: 106.803, lat: 39.61 } } });
  const supervisor = await account(request, "supervisor");
  await request.post(`${desk}/session`, { data: { name: supervisor, password: PASSWORD } });
  const { requests } = (await (await request.get(`${desk}/requests?order=newest&limit=20`)).json()) as { requests: { words: string; helpers: string[]; unit: string }[] };
  const helper = requests.find((one) => one.words === words)!.helpers[0]!;
  await request.delete(`${desk}/session`);
  await signIn(page, await account(request, "handler", helper), "zh");
  await expect(page.getByRole("button", { name: words })).toHaveCount(0);
  await page.getByRole("button", { name: "协办", exact: true }).click();
  await page.getByRole("button", { name: words }).click();
  await expect(page.locator(".one dl")).toContainText("所属区域");
  await page.getByRole("button", { name: "退出" }).click();

  await signIn(page, supervisor, "zh");
  await page.getByRole("tab", { name: "统计" }).click();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "下载 CSV" }).click()]);
  const csv = readFileSync((await download.path())!, "utf8").trim().split("\r\n").map((line) => line.split(","));
  const whole = page.getByRole("row", { name: /^合计/ }).getByRole("cell");
  expect(await whole.nth(0).textContent()).toBe(Number(csv.at(-1)![1]).toLocaleString("zh"));
  expect(csv.slice(1, -1).reduce((sum, row) => sum + Number(row[1]), 0)).toBe(Number(csv.at(-1)![1]));
});
