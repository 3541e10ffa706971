// The page of an annotated article in a browser: filters, speakers, keys, and the text as it was.

import assert from "node:assert/strict";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { common, file, inView, program, run, WIDE, withPage, write } from "./pages.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const source = `${root}data/articles/conference.txt`;
program(["annotate", source, "--format", "html", "-o", file("article.html"), "--force"]);
const page = file("article.html");
const [record] = program(["annotate", source, "--format", "jsonl"]).toString().trim().split("\n").map(JSON.parse);

const chip = (filter, value) => `button[data-filter="${filter}"][data-value="${value}"]`;
const shown = (page) => page.$$eval(".claims > li:not([hidden])", (items) => items.map((item) => Number(item.id.slice(6))));
const lit = (page) =>
  page.$$eval(".text .claim:not(.off)", (marks) => [...new Set(marks.flatMap((m) => m.dataset.claims.split(" ").map(Number)))]);
const where = (test) => record.claims.flatMap((claim, index) => (test(claim) ? [index + 1] : []));
const sorted = (numbers) => numbers.toSorted((a, b) => a - b);

const checks = {
  ...common(page, { tables: 1 }),

  async "the text is that of the article, and every mark that of the annotation"() {
    await withPage(page, {}, async (page) => {
      assert.equal(await page.locator(".text").textContent(), readFileSync(source, "utf8"));
      for (const [index, entity] of record.entities.entries()) {
        const marked = await page.locator(`.text [data-name="${index}"]`).allTextContents();
        assert.equal(marked.join(""), entity.text);
      }
      for (const [index, claim] of record.claims.entries()) {
        const marked = await page.locator(`.text [data-claims~="${index + 1}"]`).allTextContents();
        assert.equal(marked.join(""), claim.text);
      }
    });
  },

  async "a speaker, types and countries filter the claims"() {
    await withPage(page, { viewport: WIDE }, async (page) => {
      const other = record.claims.map((claim) => claim.claim_type).find((type) => type !== "denial");
      const cases = [
        [[chip("speaker", 1)], where((claim) => claim.speaker === 1)],
        [[chip("type", "denial")], where((claim) => claim.claim_type === "denial")],
        [[chip("type", "denial"), chip("type", other)], where((claim) => ["denial", other].includes(claim.claim_type))],
        [[chip("speaker", 1), chip("type", "denial")], where((claim) => claim.speaker === 1 && claim.claim_type === "denial")],
      ];
      for (const [buttons, expected] of cases) {
        assert.ok(expected.length > 0 && expected.length < record.claims.length, `${buttons}`);
        for (const button of buttons) await page.click(button);
        assert.deepEqual(sorted(await shown(page)), expected, `${buttons}`);
        assert.deepEqual(sorted(await lit(page)), expected, `${buttons}`);
        assert.equal(await page.textContent("#status"), `${expected.length} of ${record.claims.length} claims`);
        assert.equal(await page.getAttribute(buttons[0], "aria-pressed"), "true");
        if (expected.length === cases[0][1].length) {
          await page.screenshot({ path: file("article-filtered.png") });
        }
        await page.keyboard.press("Escape");
        assert.equal((await shown(page)).length, record.claims.length);
      }
      await page.click(chip("country", "LR"));
      const names = await page.$$eval(".text .name:not(.off)", (names) => names.map((name) => name.dataset.country));
      assert.deepEqual([...new Set(names)], ["LR"]);
      for (const number of await shown(page)) {
        const codes = await page.getAttribute(`#claim-${number}`, "data-country");
        assert.ok(codes.split(" ").includes("LR"), `${number}: ${codes}`);
      }
      await page.click("#clear");
      await page.click(chip("label", "PERSON"));
      const labels = await page.$$eval(".text .name:not(.off)", (names) => names.map((name) => name.dataset.label));
      assert.deepEqual([...new Set(labels)], ["PERSON"]);
      assert.equal(labels.length, record.entities.filter((entity) => entity.label === "PERSON").length);
    });
  },

  async "keys alone do all of it"() {
    await withPage(page, { viewport: WIDE }, async (page) => {
      const focus = () => page.evaluate(() => document.activeElement.dataset.number ?? document.activeElement.textContent);
      await page.keyboard.press("Tab");
      assert.match(await focus(), /^[a-z]+ \d+$/);
      await page.keyboard.press("Space");
      const first = await shown(page);
      assert.ok(first.length > 0 && first.length < record.claims.length);
      await page.focus("#next");
      await page.keyboard.press("Enter");
      assert.equal(await focus(), String(Math.min(...first)));
      await page.keyboard.press("j");
      assert.equal(await focus(), String(sorted(first)[1]));
      await page.keyboard.press("k");
      await page.keyboard.press("Enter");
      assert.ok(await inView(page.locator(`#claim-${Math.min(...first)}`)));
      await page.keyboard.press("Escape");
      assert.equal((await shown(page)).length, record.claims.length);
    });
  },

  async "a claim leads to its speaker's panel and back"() {
    await withPage(page, { viewport: WIDE }, async (page) => {
      const last = record.claims.length;
      await page.locator(`.text [data-claims="${last}"]`).first().click();
      assert.ok(await inView(page.locator(`#claim-${last}`)));
      await page.click(`#claim-1 .back`);
      assert.ok(await inView(page.locator("#at-1")));
    });
  },

  async "screen readers are told what each number stands for"() {
    await withPage(page, {}, async (page) => {
      const tree = await page.locator(".text").ariaSnapshot();
      const speaker = record.speakers[record.claims[0].speaker].name;
      assert.ok(tree.includes(`link "Claim 1: ${speaker}, ${record.claims[0].claim_type}`), tree);
      assert.ok(tree.includes("heading"), tree);
    });
  },

  async "an article of 5,000 words stays under 1.5 MB"() {
    const folder = `${root}evaluation/fixtures/`;
    const texts = readdirSync(folder).filter((name) => name.endsWith(".txt")).map((name) => readFileSync(folder + name, "utf8"));
    let text = "";
    while (text.split(/\s+/).length < 5000) text += `${texts.shift()}\n\n`;
    program(["annotate", write("long.txt", text), "--format", "html", "-o", file("long.html"), "--force"]);
    const { size } = statSync(file("long.html"));
    console.log(`        ${text.split(/\s+/).length} words, ${size} bytes`);
    assert.ok(size < 1.5e6, `${size} bytes`);
  },
};

await run(checks);
