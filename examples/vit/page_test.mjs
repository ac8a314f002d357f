// Opens the page in a headless Chromium and compares what it shows with the exported maps.
//
//   node page_test.mjs PAGE EXPORTED [SCREENSHOTS]
//
// Wants the npm package playwright-core and a Chromium (CHROMIUM, or the usual places). See check.sh.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [page_file, exported, screenshots] = process.argv.slice(2).map((path) => resolve(path));
// The package lies where check.sh put it, which is not beside this file.
const { chromium } = createRequire(resolve(process.cwd(), "any.js"))("playwright-core");

// The maps as the program exported them: [layers, heads, tokens, tokens].
const KEY = "Attention.forward.attention_map";
const bytes = readFileSync(exported);
const start = 8 + Number(bytes.readBigUInt64LE(0));
const header = JSON.parse(bytes.subarray(8, start).toString());
const { dtype, shape: [layers, heads, tokens], data_offsets: [from] } = header[KEY];
assert.equal(dtype, "F32");
function captured(layer, head, token) {
  const one = (h) => Array.from({ length: tokens }, (_, i) =>
    bytes.readFloatLE(start + from + 4 * (((layer * heads + h) * tokens + token) * tokens + i)));
  if (head < heads) return one(head);
  const all = Array.from({ length: heads }, (_, h) => one(h));
  return all[0].map((_, i) => all.reduce((sum, row) => sum + row[i], 0) / heads);
}

const usual = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const executablePath = [process.env.CHROMIUM, ...usual].find((path) => path && existsSync(path));
assert(executablePath, "no Chromium: set CHROMIUM to one");
assert(statSync(page_file).size < 20e6, "the page is under 20 MB");
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });

async function open(width, height) {
  const context = await browser.newContext({ viewport: { width, height }, hasTouch: width < 500 });
  const page = await context.newPage();
  const wrong = [];
  page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
  page.on("pageerror", (error) => wrong.push(String(error)));
  page.on("request", (request) => /^(file|data|blob):/.test(request.url()) || wrong.push(request.url()));
  await page.goto(pathToFileURL(page_file).href);
  await page.waitForFunction(() => window.attention && document.getElementById("told").textContent);
  return { page, wrong };
}

const settled = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

// The row on the screen is that row of the captured map, as closely as a half float has it.
async function compare(page, layer, head, token) {
  await settled(page);
  const state = await page.evaluate(() => ({ ...attention.state, shown: attention.shown(), told: told.textContent, most: +most.textContent }));
  assert.deepEqual([state.layer, state.head, state.token], [layer, head, token]);
  const wanted = captured(layer, head, token);
  assert.equal(state.shown.length, wanted.length);
  wanted.forEach((v, i) => assert(Math.abs(v - state.shown[i]) <= v * 1e-3 + 1e-7, `${v} is not ${state.shown[i]}`));
  assert(state.told.startsWith(`Layer ${layer}, `), state.told);
  // The legend ends at the largest share of a patch, with three digits that matter.
  const largest = Math.max(...wanted.slice(1));
  assert(Math.abs(state.most - largest) <= largest * 5.5e-3 + 5.5e-5, `the legend ends at ${state.most}, not ${largest}`);
  return state.shown;
}

async function hover(page, row, column) {
  const grid = await page.evaluate(() => attention.grid);
  const box = await page.locator("#stage").boundingBox();
  await page.mouse.move(box.x + (column + .5) * box.width / grid, box.y + (row + .5) * box.height / grid);
}

{
  const { page, wrong } = await open(1600, 1000);
  const { grid, layer, head, token, ...shown } = await page.evaluate(() => attention);
  assert.deepEqual([shown.layers, shown.heads], [layers, heads]);
  const first = await compare(page, layer, head, token);

  await hover(page, 2, 3);
  const second = await compare(page, layer, head, 1 + 2 * grid + 3);
  assert.notDeepEqual(first, second, "another patch, another row");
  await page.locator("#heads button").nth(1).click();
  await compare(page, layer, 1, await page.evaluate(() => attention.state.token));
  await page.locator("#layers button").nth(0).click();
  await hover(page, 0, 0);
  await compare(page, 0, 1, 1);
  await page.locator("#heads button").nth(heads).click();
  await hover(page, grid - 1, grid - 1);
  await compare(page, 0, heads, grid * grid);
  await page.locator("#cls").click();
  await compare(page, 0, heads, 0);

  // A click holds a patch, another lets go.
  await hover(page, 1, 1);
  await page.mouse.down();
  await page.mouse.up();
  await hover(page, 3, 3);
  await compare(page, 0, heads, 1 + grid + 1);
  await hover(page, 1, 1);
  await page.mouse.down();
  await page.mouse.up();
  await hover(page, 3, 3);
  await compare(page, 0, heads, 1 + 3 * grid + 3);

  // So does a key, and Escape lets go.
  await page.keyboard.press("Enter");
  await hover(page, 0, 2);
  await compare(page, 0, heads, 1 + 3 * grid + 3);
  assert(await page.evaluate(() => told.textContent.endsWith(" Held.")));
  await page.keyboard.press("Escape");
  await hover(page, 3, 3);

  // The keyboard.
  await page.locator("#stage").focus();
  for (const key of [".", "2", "ArrowLeft", "ArrowUp"]) await page.keyboard.press(key);
  await compare(page, 1, 2, 1 + 2 * grid + 2);
  for (const key of ["a", ",", "ArrowDown", "ArrowRight"]) await page.keyboard.press(key);
  await compare(page, 0, heads, 1 + 3 * grid + 3);
  await page.keyboard.press("c");
  await compare(page, 0, heads, 0);
  await page.keyboard.press("i");
  await settled(page);
  assert.equal(await page.locator("#plain").getAttribute("aria-pressed"), "true");
  await page.keyboard.press("i");

  // Something is painted, and another row paints something else.
  const painted = () => page.evaluate(() => document.getElementById("heat").toDataURL());
  const before = await painted();
  await page.keyboard.press("ArrowDown");
  await settled(page);
  assert.notEqual(await painted(), before);
  assert.deepEqual(wrong, []);
  await fits(page);
  if (screenshots) await shoot(await open(1600, 1000), "wide");
}

{
  const { page, wrong } = await open(400, 800);
  const { layer, head, grid } = await page.evaluate(() => attention);
  const box = await page.locator("#stage").boundingBox();
  await page.touchscreen.tap(box.x + 1.5 * box.width / grid, box.y + 4.5 * box.height / grid);
  await compare(page, layer, head, 1 + 4 * grid + 1);
  await page.locator("#heads button").nth(0).tap();
  await compare(page, layer, 0, 1 + 4 * grid + 1);
  await page.locator("#layers button").nth(1).tap();
  await compare(page, 1, 0, 1 + 4 * grid + 1);
  assert.deepEqual(wrong, []);
  await fits(page);
  if (screenshots) await shoot(await open(400, 800), "narrow");
}

{
  const { page, wrong } = await open(800, 1100);
  assert.deepEqual(wrong, []);
  await fits(page);
  if (screenshots) await shoot(await open(800, 1100), "middle");
}

// Nothing sticks out sideways, a finger can hit every button, and a screen reader can name it.
async function fits(page) {
  const { over, small, nameless } = await page.evaluate(() => ({
    over: document.documentElement.scrollWidth - innerWidth,
    small: [...document.querySelectorAll("button")].filter((b) => b.offsetWidth < 40 || b.offsetHeight < 40).length,
    nameless: [...document.querySelectorAll("button")].filter((b) => !(b.ariaLabel || b.textContent).trim()).length,
  }));
  assert.equal(nameless, 0, "every button has a name");
  assert(over <= 0, `${over} pixels too wide`);
  assert.equal(small, 0, "every button is at least 40 pixels");
}

async function shoot({ page }, name) {
  mkdirSync(screenshots, { recursive: true });
  await settled(page);
  await page.screenshot({ path: resolve(screenshots, `${name}.png`), fullPage: true });
}

await browser.close();
console.log(`the page shows the captured maps: ${page_file}`);
