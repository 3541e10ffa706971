// What the checks of all pages share: making a page, opening it in Chromium, and the checks that every page must pass.
// Each file of checks is run as
//
//   npm ci && node evaluation.mjs PROGRAM OUTPUT_FOLDER
//
// PROGRAM is the built `dixit`. Pages, screenshots and PDFs go to OUTPUT_FOLDER. CHROMIUM names the browser
// (default /usr/bin/chromium).

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [binary, folder] = process.argv.slice(2);
if (!binary || !folder) {
  console.error(`usage: node ${basename(process.argv[1])} PROGRAM OUTPUT_FOLDER`);
  process.exit(2);
}
mkdirSync(folder, { recursive: true });
export const A4 = { width: 794, height: 1123 };
export const WIDE = { width: 1300, height: 900 };
export const NARROW = { width: 360, height: 700 };
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** A file of the output folder. */
export const file = (name) => join(resolve(folder), name);

/** Writes a file into the output folder; returns its path. */
export function write(name, content) {
  writeFileSync(file(name), content);
  return file(name);
}

export const jsonLines = (documents) => documents.map((d) => JSON.stringify(d) + "\n").join("");

/** What `dixit` prints. It runs in the root of the repository, where the model is. */
export function program(args) {
  const cwd = fileURLToPath(new URL("../..", import.meta.url));
  return execFileSync(resolve(binary), args, { cwd, maxBuffer: 1 << 30 });
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
  ],
});

/** Calls `look` on the opened page; whatever goes wrong in it, or is loaded beside it, fails the check. */
export async function withPage(path, options, look) {
  const address = pathToFileURL(path).href;
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const problems = [];
  page.on("pageerror", (error) => problems.push(`error: ${error}`));
  page.on("console", (message) => problems.push(`console: ${message.text()}`));
  page.on("request", (request) => {
    if (request.url().split("#")[0] !== address) problems.push(`loaded: ${request.url()}`);
  });
  await page.goto(address);
  await look(page);
  await context.close();
  assert.deepEqual(problems, []);
}

/** Fails where axe finds anything, serious or not. */
export async function accessible(page, where) {
  await page.evaluate(axe);
  const { violations, passes } = await page.evaluate(() => globalThis.axe.run());
  const found = violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${v.help}\n    ${n.html}\n    ${n.failureSummary}`));
  assert.deepEqual(found, [], `${where}: ${found.join("\n")}`);
  assert.ok(passes.some((rule) => rule.id === "color-contrast"), `${where}: contrast was not checked`);
}

export async function inView(locator) {
  return locator.evaluate((element) => {
    const { top, bottom } = element.getBoundingClientRect();
    return bottom > 0 && top < innerHeight;
  });
}

/** The checks that every page must pass. */
export function common(path, { tables }) {
  const name = basename(path, ".html");
  return {
    async "light, dark, print and a narrow window are accessible"() {
      for (const colorScheme of ["light", "dark"]) {
        await withPage(path, { colorScheme, viewport: WIDE }, async (page) => {
          await page.screenshot({ path: file(`${name}-${colorScheme}.png`), fullPage: true });
          await accessible(page, colorScheme);
        });
      }
      await withPage(path, { viewport: NARROW }, async (page) => {
        await page.screenshot({ path: file(`${name}-narrow.png`), fullPage: true });
        await accessible(page, "narrow");
      });
      await withPage(path, { viewport: A4 }, async (page) => {
        await page.emulateMedia({ media: "print" });
        await page.screenshot({ path: file(`${name}-print.png`), fullPage: true });
        await accessible(page, "print");
        const margin = { top: "15mm", bottom: "15mm", left: "15mm", right: "15mm" };
        await page.pdf({ path: file(`${name}.pdf`), format: "A4", margin });
      });
    },

    async "nothing is wider than a narrow window or a sheet"() {
      for (const [media, viewport] of [["screen", NARROW], ["print", A4]]) {
        await withPage(path, { viewport }, async (page) => {
          await page.emulateMedia({ media });
          const root = page.locator("html");
          const wide = await root.evaluate((element) => element.scrollWidth - element.clientWidth);
          assert.ok(wide <= 0, `${media}: ${wide} pixels too wide`);
        });
      }
    },

    async "every table has a caption, and headers for rows and columns"() {
      await withPage(path, {}, async (page) => {
        const found = await page.$$eval("table", (tables) =>
          tables.map((table) => ({
            caption: table.caption?.textContent ?? "",
            columns: table.querySelectorAll("thead th[scope=col]").length,
            rows: [...table.tBodies[0].rows].every((row) => row.querySelector("th[scope=row]")),
          })),
        );
        assert.ok(found.length >= tables, `${found.length} tables`);
        for (const table of found) {
          assert.ok(table.caption && table.columns > 0 && table.rows, JSON.stringify(table));
        }
      });
    },

    async "links lead somewhere, and ids are unique"() {
      await withPage(path, {}, async (page) => {
        const lost = await page.$$eval("a", (links) =>
          links.map((a) => a.getAttribute("href")).filter((href) => !document.getElementById(href.slice(1))),
        );
        assert.deepEqual(lost, []);
        const ids = await page.$$eval("[id]", (elements) => elements.map((e) => e.id));
        assert.equal(new Set(ids).size, ids.length);
      });
    },
  };
}

/** Runs checks, says how they went, and ends the process. */
export async function run(checks) {
  let failed = 0;
  for (const [name, check] of Object.entries(checks)) {
    try {
      await check();
      console.log(`ok      ${name}`);
    } catch (error) {
      failed += 1;
      console.log(`FAILED  ${name}\n${error.stack}`);
    }
  }
  await browser.close();
  process.exit(failed > 0 ? 1 : 0);
}
