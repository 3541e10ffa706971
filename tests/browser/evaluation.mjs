// The page of `dixit evaluate` in a browser: do its links lead where they say, and is what stands in articles harmless?

import assert from "node:assert/strict";
import { gold, predicted } from "./documents.mjs";
import { common, file, inView, jsonLines, program, run, withPage, write } from "./pages.mjs";

const goldFile = write("gold.jsonl", jsonLines(gold));
const predictedFile = write("predicted.jsonl", jsonLines(predicted));
const page = write("evaluation.html", program([
  "evaluate", goldFile, "--predictions", predictedFile, "--format", "html", "--slice", "publisher", "--draws", "500",
  "--ceiling", `${goldFile},${predictedFile}`,
]));

const checks = {
  ...common(page, { tables: 20 }),

  async "an error leads to its place in the article and back"() {
    await withPage(page, { viewport: { width: 1200, height: 700 } }, async (page) => {
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
          // Places of mistakes that begin together stand in a row.
          const marked = await place.evaluate((a) => {
            let next = a.nextElementSibling;
            while (next?.matches("a.place")) next = next.nextElementSibling;
            return next?.tagName;
          });
          assert.equal(marked, "MARK", `what follows place ${layer} ${number}`);
          await place.click();
          assert.ok(await inView(page.locator(`#error-${layer}-${number}`)), `error ${layer} ${number}`);
        }
      }
    });
  },

  async "the model stands beside the annotators"() {
    await withPage(page, { viewport: { width: 1200, height: 900 } }, async (page) => {
      const charts = page.locator("#ceiling ~ .side").first();
      assert.ok((await charts.locator("rect.people").count()) > 3);
      assert.equal(await charts.locator("rect.people").count(), await charts.locator("rect.bar:not(.people)").count());
      await charts.screenshot({ path: file("ceiling.png") });
    });
  },

  async "markup in articles and names is shown, not obeyed"() {
    await withPage(page, {}, async (page) => {
      assert.equal(await page.locator("script, img, iframe").count(), 0);
      const shown = await page.locator("main").textContent();
      assert.ok(shown.includes("<img src=x onerror=alert(1)>") && shown.includes("article <1>"));
    });
  },
};

await run(checks);
