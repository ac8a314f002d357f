// Opens the page in a headless Chromium and compares what it shows with the exported maps.
//
//   node page_test.mjs PAGE EXPORTED [SCREENSHOTS]
//
// Wants the npm package playwright-core and a Chromium (CHROMIUM, or the usual places). See check.sh.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [page_file, exported, screenshots] = process.argv.slice(2).map((path) => resolve(path));
// The package lies where check.sh put it, which is not beside this file.
const { chromium } = createRequire(resolve(process.cwd(), "any.js"))("playwright-core");

// The maps as the program exported them: [values, 1, heads, tokens, tokens], the layer of each value beside it.
const KEY = "BertSelfAttention.forward.attention_probs";
const bytes = readFileSync(exported);
const start = 8 + Number(bytes.readBigUInt64LE(0));
const header = JSON.parse(bytes.subarray(8, start).toString());
const { dtype, shape: [values, , heads, tokens], data_offsets: [from] } = header[KEY];
assert.equal(dtype, "F32");
const index = Array.from({ length: values }, (_, nth) => Number(bytes.readBigInt64LE(start + header[`${KEY}#index`].data_offsets[0] + 8 * nth)));
const layers = 1 + Math.max(...index);

// What a token attends to, or what attends to it, as the average of some heads.
function captured(layer, some, side, token) {
  const one = (head, i, j) =>
    bytes.readFloatLE(start + from + 4 * (((index.lastIndexOf(layer) * heads + head) * tokens + i) * tokens + j));
  return Array.from({ length: tokens }, (_, other) => {
    const [i, j] = side === "from" ? [token, other] : [other, token];
    return some.reduce((sum, head) => sum + one(head, i, j), 0) / some.length;
  });
}

const usual = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const executablePath = [process.env.CHROMIUM, ...usual].find((path) => path && existsSync(path));
assert(executablePath, "no Chromium: set CHROMIUM to one");
const quiet = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const browser = await chromium.launch({ executablePath, args: quiet });

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

// The page shows these links, with the numbers of the captured map, as closely as a half float has them.
async function compare(page, layer, some, side, token) {
  await settled(page);
  const state = await page.evaluate(() => ({
    ...attention.state, heads: attention.chosen(), shown: attention.shown(), told: told.textContent,
    labels: ["from", "to"].map((side) => [...document.querySelectorAll(`#${side} small`)].map((label) => label.textContent)),
    pressed: ["layers", "heads"].map((group) => [...document.getElementById(group).children].flatMap((b, i) => b.ariaPressed === "true" ? [i] : [])),
  }));
  assert.deepEqual([state.layer, state.heads, state.side, state.token], [layer, some, side, token]);
  assert.deepEqual(state.pressed, [[layer], some]);
  assert(state.told.startsWith(`Layer ${layer}, `), state.told);
  const empty = Array(tokens).fill("");
  if (token === null) {
    assert.equal(state.shown, null);
    return assert.deepEqual(state.labels, [empty, empty]);
  }
  const wanted = captured(layer, some, side, token);
  assert.equal(state.shown.length, tokens);
  wanted.forEach((v, i) => assert(Math.abs(v - state.shown[i]) <= v * 1e-3 + 1e-7, `${v} is not ${state.shown[i]}`));
  // The numbers stand beside the tokens of the other column.
  const [near, far] = side === "from" ? state.labels : state.labels.toReversed();
  assert.deepEqual(near, empty);
  far.forEach((text, i) => text ? assert(Math.abs(text - wanted[i]) <= .0055) : assert(wanted[i] < .01, `${wanted[i]} is not told`));
}

const row = (page, side, token) => page.locator(`#${side} .token`).nth(token);
const painted = (page) => page.evaluate(() => document.querySelector("#links canvas").toDataURL());

{
  const { page, wrong } = await open(1600, 1000);
  const first = await page.evaluate(() => ({ ...attention, tokens: attention.tokens.length }));
  assert.deepEqual([first.layers, first.heads, first.tokens], [layers, heads, tokens]);
  const last = layers - 1, all = [...Array(heads).keys()];
  await compare(page, first.layer, [first.head], "from", first.token);

  // The pointer over a token of either column, and beside them.
  const before = await painted(page);
  await row(page, "from", 2).hover();
  await compare(page, first.layer, [first.head], "from", 2);
  assert.notEqual(await painted(page), before, "other links are painted");
  await row(page, "to", 4).hover();
  await compare(page, first.layer, [first.head], "to", 4);
  await page.mouse.move(2, 2);
  await compare(page, first.layer, [first.head], "to", null);

  // Layers and heads; several of them.
  await row(page, "from", 1).click();
  await page.locator("#layers button").nth(1).click();
  await page.locator("#heads button").nth(1).click();
  await compare(page, 1, [1], "from", 1);
  await page.locator("#heads button").nth(3).click({ modifiers: ["Shift"] });
  await compare(page, 1, [1, 3], "from", 1);
  await page.locator("#several").click();
  await page.locator("#heads button").nth(0).click();
  await page.locator("#heads button").nth(1).click();
  await compare(page, 1, [0, 3], "from", 1);
  await page.locator("#several").click();
  await page.locator("#all").click();
  await compare(page, 1, all, "from", 1);
  await page.locator("#heads button").nth(2).click();
  await compare(page, 1, [2], "from", 1);

  // A click held the token; another lets go.
  await row(page, "to", 3).hover();
  await compare(page, 1, [2], "from", 1);
  assert(await page.evaluate(() => told.textContent.endsWith(" Held.")));
  await row(page, "from", 1).click();
  await row(page, "to", 3).hover();
  await compare(page, 1, [2], "to", 3);

  // The keyboard.
  await page.mouse.move(2, 2);
  await page.locator("#stage").focus();
  for (const key of ["ArrowDown", "ArrowDown", "ArrowUp", "ArrowDown", "ArrowLeft"]) await page.keyboard.press(key);
  await compare(page, 1, [2], "from", 1);
  for (const key of ["ArrowRight", ".", "n", "n", "p"]) await page.keyboard.press(key);
  await compare(page, Math.min(2, last), [3 % heads], "to", 1);
  for (const key of [",", ",", ",", "1", "p", "p"]) await page.keyboard.press(key);
  await compare(page, 0, [heads - 1], "to", 1);
  await page.keyboard.press("a");
  await compare(page, 0, all, "to", 1);
  for (let n = 0; n < tokens + 2; n++) await page.keyboard.press("ArrowDown");
  await compare(page, 0, all, "to", tokens - 1);
  await page.keyboard.press("Escape");
  await compare(page, 0, all, "to", null);
  await page.keyboard.press("Enter");
  await compare(page, 0, all, "to", 0);
  // A button takes Enter for itself.
  await page.locator("#heads button").nth(0).focus();
  await page.keyboard.press("Enter");
  await compare(page, 0, [0], "to", 0);
  assert.deepEqual(wrong, []);
  await fits(page);
  if (screenshots) await shoot(await open(1600, 1000), "wide");
}

{
  const { page, wrong } = await open(400, 800);
  const { layer, head } = await page.evaluate(() => attention);
  await row(page, "from", 2).tap();
  await compare(page, layer, [head], "from", 2);
  await row(page, "to", 3).tap();
  await compare(page, layer, [head], "to", 3);
  await page.locator("#heads button").nth(0).tap();
  await page.locator("#layers button").nth(1).tap();
  await compare(page, 1, [0], "to", 3);
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

// Nothing sticks out sideways, a finger can hit every button, a screen reader can name it, and there is room for links.
async function fits(page) {
  const { over, small, nameless, room } = await page.evaluate(() => ({
    over: document.documentElement.scrollWidth - innerWidth,
    small: [...document.querySelectorAll("button")].filter((b) => b.offsetWidth < 40 || b.offsetHeight < 40).length,
    nameless: [...document.querySelectorAll("button")].filter((b) => !(b.ariaLabel || b.textContent).trim()).length,
    room: document.querySelector("#links").offsetWidth,
  }));
  assert.equal(nameless, 0, "every button has a name");
  assert(over <= 0, `${over} pixels too wide`);
  assert.equal(small, 0, "every button is at least 40 pixels");
  assert(room >= 60, `${room} pixels for the links`);
}

async function shoot({ page }, name) {
  mkdirSync(screenshots, { recursive: true });
  await settled(page);
  await page.screenshot({ path: resolve(screenshots, `${name}.png`), fullPage: true });
}

await browser.close();
console.log(`the page shows the captured maps: ${page_file}`);
