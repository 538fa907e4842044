// The page in Debian's Chromium, against the real server on the demo city.
import { defineConfig } from "@playwright/test";
import { existsSync } from "node:fs";

const program = "../target/debug/lifecircle";
const city = "../target/test-web/demo.city";
/** What the tests make, and what the server says, which holds the token. */
const made = "../target/test-web-made";
const port = 8716;
const candidates = [process.env["CHROMIUM"], "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const chromium = candidates.find((path) => path && existsSync(path));

export default defineConfig({
  testDir: "tests",
  fullyParallel: true,
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [["list"]],
  use: {
    baseURL: `http://127.0.0.1:${port}`,
    viewport: { width: 1440, height: 900 },
    permissions: ["clipboard-read", "clipboard-write"],
    launchOptions: {
      ...(chromium ? { executablePath: chromium } : {}),
      // A machine without a graphics card draws in software.
      args: ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"],
    },
  },
  webServer: {
    command: `rm -rf ${made} && mkdir -p ${made} && ${program} demo -o ../target/test-web --force --no-open --no-desk >/dev/null && ${program} serve ${city} --port ${port} --keep-in ${made} --desk 2>${made}/serve.log`,
    url: `http://127.0.0.1:${port}/healthz`,
    reuseExistingServer: false,
    timeout: 120_000,
  },
});
