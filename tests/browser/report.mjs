// The HTML report in a browser: is it valid for screen readers (axe) in light, dark and print, does it load nothing,
// and do its links lead where they say?
//
//   npm ci && node report.mjs PROGRAM OUTPUT_FOLDER
//
// PROGRAM is the built `dixit`. Screenshots and a PDF go to OUTPUT_FOLDER. CHROMIUM names the browser
// (default /usr/bin/chromium).

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { gold, predicted } from "./documents.mjs";

const [program, folder] = process.argv.slice(2);
if (!program || !folder) {
  console.error("usage: node report.mjs PROGRAM OUTPUT_FOLDER");
  process.exit(2);
}
mkdirSync(folder, { recursive: true });
const file = (name) => join(resolve(folder), name);
const jsonLines = (documents) => documents.map((d) => JSON.stringify(d) + "\n").join("");
writeFileSync(file("gold.jsonl"), jsonLines(gold));
writeFileSync(file("predicted.jsonl"), jsonLines(predicted));
const html = execFileSync(program, [
  "evaluate", file("gold.jsonl"), "--predictions", file("predicted.jsonl"),
  "--format", "html", "--slice", "publisher", "--draws", "500",
  "--ceiling", `${file("gold.jsonl")},${file("predicted.jsonl")}`,
]);
writeFileSync(file("report.html"), html);
const address = pathToFileURL(file("report.html")).href;

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
  ],
});
const A4 = { width: 794, height: 1123 };
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Calls `look` on a page with the report; whatever goes wrong in it, or is loaded beside it, fails the check. */
async function withPage(options, look) {
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

async function checkAccessibility(page, where) {
  await page.evaluate(axe);
  const { violations, passes } = await page.evaluate(() => globalThis.axe.run());
  const found = violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${v.help}\n    ${n.html}\n    ${n.failureSummary}`));
  assert.deepEqual(found, [], `${where}: ${found.join("\n")}`);
  assert.ok(passes.some((rule) => rule.id === "color-contrast"), `${where}: contrast was not checked`);
}

const checks = {
  async "light, dark, print and a narrow window are accessible"() {
    for (const colorScheme of ["light", "dark"]) {
      await withPage({ colorScheme, viewport: { width: 1200, height: 900 } }, async (page) => {
        await page.screenshot({ path: file(`${colorScheme}.png`), fullPage: true });
        await checkAccessibility(page, colorScheme);
      });
    }
    await withPage({ viewport: { width: 360, height: 700 } }, async (page) => {
      await page.screenshot({ path: file("narrow.png"), fullPage: true });
      await checkAccessibility(page, "narrow");
    });
    await withPage({ viewport: A4 }, async (page) => {
      await page.emulateMedia({ media: "print" });
      await checkAccessibility(page, "print");
      const margin = { top: "15mm", bottom: "15mm", left: "15mm", right: "15mm" };
      await page.pdf({ path: file("report.pdf"), format: "A4", margin });
    });
  },

  async "nothing is wider than a narrow window or a sheet"() {
    for (const [media, viewport] of [["screen", { width: 360, height: 700 }], ["print", A4]]) {
      await withPage({ viewport }, async (page) => {
        await page.emulateMedia({ media });
        const root = page.locator("html");
        const wide = await root.evaluate((element) => element.scrollWidth - element.clientWidth);
        assert.ok(wide <= 0, `${media}: ${wide} pixels too wide`);
      });
    }
  },

  async "every table has a caption, and headers for rows and columns"() {
    await withPage({}, async (page) => {
      const tables = await page.$$eval("table", (tables) =>
        tables.map((table) => ({
          caption: table.caption?.textContent ?? "",
          columns: table.querySelectorAll("thead th[scope=col]").length,
          rows: [...table.tBodies[0].rows].every((row) => row.querySelector("th[scope=row]")),
        })),
      );
      assert.ok(tables.length > 20, `${tables.length} tables`);
      for (const table of tables) {
        assert.ok(table.caption && table.columns > 1 && table.rows, JSON.stringify(table));
      }
    });
  },

  async "an error leads to its place in the article and back"() {
    await withPage({ viewport: { width: 1200, height: 700 } }, async (page) => {
      const layers = {
        entities: ["boundary", "type", "missed", "spurious", "split", "merged"],
        claims: ["type", "missed", "spurious"],
        speakers: ["type", "missed", "spurious"],
        attributions: ["boundary", "missed", "spurious"],
      };
      for (const [layer, kinds] of Object.entries(layers)) {
        const errors = await page.$$eval(`tr[id^="error-${layer}-"]`, (rows) => rows.map((row) => row.cells[1].textContent));
        for (const kind of kinds) {
          assert.ok(errors.includes(kind), `${kind} in ${layer}: ${errors}`);
        }
        for (let number = 1; number <= errors.length; number++) {
          await page.click(`#error-${layer}-${number} .context a`);
          const place = page.locator(`#place-${layer}-${number}`);
          assert.ok(await inView(place), `place ${layer} ${number}`);
          const marked = await place.evaluate((a) => a.nextElementSibling?.tagName);
          assert.equal(marked, "MARK", `what follows place ${layer} ${number}`);
          await place.click();
          assert.ok(await inView(page.locator(`#error-${layer}-${number}`)), `error ${layer} ${number}`);
        }
      }
    });
  },

  async "the model stands beside the annotators"() {
    await withPage({ viewport: { width: 1200, height: 900 } }, async (page) => {
      const charts = page.locator("#ceiling ~ .side").first();
      assert.ok((await charts.locator("rect.people").count()) > 3);
      assert.equal(await charts.locator("rect.people").count(), await charts.locator("rect.bar:not(.people)").count());
      await charts.screenshot({ path: file("ceiling.png") });
    });
  },

  async "links lead somewhere, and ids are unique"() {
    await withPage({}, async (page) => {
      const lost = await page.$$eval("a", (links) =>
        links.map((a) => a.getAttribute("href")).filter((href) => !document.getElementById(href.slice(1))),
      );
      assert.deepEqual(lost, []);
      const ids = await page.$$eval("[id]", (elements) => elements.map((e) => e.id));
      assert.equal(new Set(ids).size, ids.length);
    });
  },

  async "markup in articles and names is shown, not obeyed"() {
    await withPage({}, async (page) => {
      assert.equal(await page.locator("script, img, iframe").count(), 0);
      const shown = await page.locator("main").textContent();
      assert.ok(shown.includes("<img src=x onerror=alert(1)>") && shown.includes("article <1>"));
    });
  },
};

async function inView(locator) {
  return locator.evaluate((element) => {
    const { top, bottom } = element.getBoundingClientRect();
    return bottom > 0 && top < innerHeight;
  });
}

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
