// Opens a page in Chromium again and again: node open.mjs MODULES FILE RUNS. Prints the median seconds from the start of
// navigation until the page is loaded, laid out and painted, and the heap of its script in MiB.
import { createRequire } from "node:module";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { tmpdir } from "node:os";
import { pathToFileURL } from "node:url";

const [modules, file, runs] = process.argv.slice(2);
const { chromium } = createRequire(join(modules, "/"))("playwright-core");
const profile = mkdtempSync(join(tmpdir(), "plimsoll-bench-"));
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync), headless: true, viewport: { width: 1280, height: 900 },
  args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const seen = [];
try {
  for (let run = 0; run <= Number(runs); run++) {
    const page = await browser.newPage();
    await page.goto(pathToFileURL(file).href, { waitUntil: "load" });
    const seconds = await page.evaluate(() => new Promise((done) => {
      document.body.getBoundingClientRect();
      requestAnimationFrame(() => requestAnimationFrame(() => done([performance.now() / 1000, performance.memory.usedJSHeapSize / 2 ** 20])));
    }));
    if (run > 0) seen.push(seconds);
    await page.close();
  }
} finally {
  await browser.close();
  rmSync(profile, { recursive: true, force: true });
}
const median = (list) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)];
console.log(JSON.stringify({ seconds: median(seen.map((one) => one[0])), heap: median(seen.map((one) => one[1])) }));
