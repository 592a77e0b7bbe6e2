// Opens pages in real Chromium and checks them: node page.mjs MODULES CHROMIUM SCREENSHOTS FILE...
// SCREENSHOTS is a folder, or `-`. One line for each failure; `checked N` at the end.
import { createRequire } from "node:module";
import { join, basename } from "node:path";
import { pathToFileURL } from "node:url";
import { readFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";

const [modules, chromium, screenshots, ...files] = process.argv.slice(2);
const require = createRequire(join(modules, "/"));
const playwright = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const profile = mkdtempSync(join(tmpdir(), "plimsoll-chromium-"));
const browser = await playwright.chromium.launchPersistentContext(profile, {
  executablePath: chromium, headless: true, viewport: { width: 1280, height: 900 },
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
let failed = [];
const say = (file, what) => failed.push(`${basename(file)}: ${what}`);

try {
  for (const file of files) {
    await withPage(file, { colorScheme: "light", width: 1280 }, looks);
    await withPage(file, { colorScheme: "dark", width: 1280 }, looks);
    await withPage(file, { colorScheme: "light", width: 360 }, looks);
    await withPage(file, { colorScheme: "light", width: 1280 }, acts);
    await withPage(file, { colorScheme: "dark", width: 1280 }, prints);
    await withoutScript(file);
  }
} finally {
  await browser.close();
  rmSync(profile, { recursive: true, force: true });
}
for (const line of failed) console.log(line.slice(0, 1500));
console.log(`checked ${files.length}`);

async function withPage(file, { colorScheme, width }, check) {
  const page = await browser.newPage();
  const url = pathToFileURL(file).href, how = `${colorScheme} ${width}`;
  page.on("request", (request) => { if (request.url() !== url) say(file, `${how}: asks for ${request.url()}`); });
  page.on("pageerror", (error) => say(file, `${how}: ${error}`));
  page.on("console", (message) => { if (message.type() !== "log") say(file, `${how}: console: ${message.text()}`); });
  page.on("dialog", (dialog) => { say(file, `${how}: dialog ${dialog.message()}`); dialog.dismiss(); });
  await page.emulateMedia({ colorScheme });
  await page.setViewportSize({ width, height: 900 });
  await page.goto(url);
  const pwned = await page.evaluate(() => [window.pwned, document.scripts.length, document.querySelectorAll("img, iframe, object, embed, link, base, [onerror], [onclick], [style]").length]);
  if (pwned[0] !== undefined || pwned[1] !== 1 || pwned[2] !== 0) say(file, `${how}: something of the content became markup: ${pwned}`);
  await check(file, page, how, colorScheme, width);
  if (await page.evaluate(() => window.pwned) !== undefined) say(file, `${how}: something of the content was run`);
  await page.close();
}

async function looks(file, page, how, colorScheme, width) {
  if (screenshots !== "-") {
    await page.screenshot({ path: join(screenshots, `${basename(file, ".html")}-${colorScheme}-${width}.png`), fullPage: (await page.evaluate(() => document.documentElement.scrollHeight)) < 12000 });
    for (const id of ["practices", "plan", "layers", "findings", "age"])
      if (await page.locator(`#${id}`).count()) {
        await page.evaluate((id) => document.getElementById(id).scrollIntoView({ behavior: "instant" }), id);
        await page.screenshot({ path: join(screenshots, `${basename(file, ".html")}-${colorScheme}-${width}-${id}.png`) });
      }
  }
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  if (overflow > 0) say(file, `${how}: is ${overflow} pixels wider than the screen`);
  const dark = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const isDark = dark.match(/\d+/g).slice(0, 3).every((part) => Number(part) < 60);
  if (isDark !== (colorScheme === "dark")) say(file, `${how}: its background is ${dark}`);
  // Laid out as a grid it still is a table to a screen reader, all of it once the page is open.
  if (await page.locator("#rows").count()) await page.waitForSelector("#rows.whole", { state: "attached" });
  const rows = await page.locator("#rows tbody tr:not([hidden])").count();
  if (rows) {
    const { nodes } = await (await page.context().newCDPSession(page)).send("Accessibility.getFullAXTree");
    const count = (role) => nodes.filter((node) => !node.ignored && node.role?.value === role).length;
    if (count("row") < rows || count("cell") + count("gridcell") < 6 * rows || count("table") < 1) say(file, `${how}: to a screen reader ${rows} rows are ${count("table")} tables with ${count("row")} rows and ${count("cell")} cells`);
  }
  await page.evaluate(axe);
  // All of a folded page is judged too.
  await page.evaluate(() => document.querySelectorAll("details").forEach((one, i) => { one.open = i < 40; }));
  const { violations, passes } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"], runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  for (const one of violations) say(file, `${how}: axe ${one.id}: ${one.help}: ${one.nodes.slice(0, 2).map((node) => node.html.slice(0, 200) + " " + (node.any[0]?.message ?? "")).join(" | ")}`);
  if (passes.length < 10) say(file, `${how}: axe judged only ${passes.length} rules`);
}

async function acts(file, page, how) {
  // The keyboard reaches the skip link first, then the rest.
  await page.keyboard.press("Tab");
  const first = await page.evaluate(() => document.activeElement.className);
  if (first !== "skip") say(file, `the first Tab reaches ${first}`);
  for (const theme of ["dark", "light", "auto"]) {
    await page.locator(`label[for=theme-${theme}]`).click();
    const scheme = await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
    if (scheme !== (theme === "auto" ? "light dark" : theme)) say(file, `the theme ${theme} gives ${scheme}`);
  }
  if (!(await page.locator("#rows").count())) return;
  const all = await page.locator("#rows tbody tr").count();
  const visible = () => page.locator("#rows tbody tr:not([hidden])").count();
  const suppressed = await page.locator("#rows tbody tr.s").count();
  if (await visible() !== all - suppressed) say(file, `${await visible()} of ${all} rows are shown at first`);
  if (suppressed) {
    await page.locator("label[for=show-s]").click();
    if (await visible() !== all) say(file, "suppressed findings are not shown when asked for");
  }
  const name = await page.locator("#rows tbody tr td:nth-child(2) code").first().textContent();
  await page.locator("#q").fill(name.toUpperCase());
  await page.waitForTimeout(250);
  const found = await visible();
  if (found < 1 || (all > 5 && found > all / 2)) say(file, `a search for ${name} shows ${found} of ${all}`);
  if (!(await page.locator("#shown").innerText()).startsWith(found === all ? "All" : `${found} of`)) say(file, `the status says ${await page.locator("#shown").innerText()}`);
  await page.locator("#q").fill("no such words at all");
  await page.waitForTimeout(250);
  if (await visible() !== 0) say(file, "a search for nothing shows something");
  await page.locator("#q").fill("");
  await page.waitForTimeout(250);
  // By keyboard: a severity is switched off with the space bar, details are opened with Enter.
  const severity = page.locator("#filter [name=sev]").first(), kind = await severity.getAttribute("value");
  await severity.focus();
  await page.keyboard.press("Space");
  const off = await page.locator(`#rows tbody tr.${kind}:not([hidden])`).count();
  if (off !== 0) say(file, `${off} rows of a severity that is switched off are shown`);
  await page.keyboard.press("Space");
  if (await page.locator("#only-f").count()) {
    await page.locator("label[for=only-f]").click();
    if (await page.locator("#rows tbody tr:not(.f):not([hidden])").count()) say(file, "rows without a fix are shown as fixable");
    await page.locator("label[for=only-f]").click();
  }
  const summary = page.locator("#rows tbody tr:not([hidden]) summary").first();
  await summary.focus();
  await page.keyboard.press("Enter");
  if (!(await page.locator("#rows details[open]").count())) say(file, "Enter does not open the details");
  const layer = page.locator("[data-layer]").first();
  if (await layer.count() && await page.locator("#layer").count()) {
    const index = await layer.getAttribute("data-layer");
    await layer.click();
    const others = await page.evaluate((index) => [...document.querySelectorAll("#rows tbody tr:not([hidden])")].filter((row) => !(row.dataset.l ?? "").split(" ").includes(index)).length, index);
    if (others || !(await visible())) say(file, `the link of layer ${index} shows ${await visible()} rows, ${others} of other layers`);
  }
}

async function prints(file, page) {
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  const [background, nav] = await page.evaluate(() => [getComputedStyle(document.body).backgroundColor, getComputedStyle(document.querySelector(".theme")).display]);
  if (background !== "rgb(255, 255, 255)" || nav !== "none") say(file, `printed on ${background}, with the switch as ${nav}`);
  const pdf = await page.pdf({ format: "A4" });
  if (pdf.length < 10_000) say(file, `a print of ${pdf.length} bytes`);
}

async function withoutScript(file) {
  const other = mkdtempSync(join(tmpdir(), "plimsoll-chromium-"));
  const plain = await playwright.chromium.launchPersistentContext(other, { executablePath: chromium, headless: true, javaScriptEnabled: false, args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"] });
  try {
    const page = await plain.newPage();
    await page.goto(pathToFileURL(file).href);
    if (await page.locator("#filter").count() && await page.locator("#filter").isVisible()) say(file, "without script: a filter that does nothing is shown");
    const rows = await page.locator("#rows tbody tr").count();
    if (rows) {
      if (!(await page.locator("#rows tbody tr").last().isVisible())) say(file, "without script: the last row is not shown");
      await page.locator("#rows summary").first().click();
      if (!(await page.locator("#rows details p").first().isVisible())) say(file, "without script: details do not open");
    }
    await page.locator("label[for=theme-dark]").click();
  } finally {
    await plain.close();
    rmSync(other, { recursive: true, force: true });
  }
}
