// The page of `dixit evaluate` in a browser: do its links lead where they say, and is what stands in articles harmless?

import assert from "node:assert/strict";
import { gold, predicted } from "./documents.mjs";
import { common, inView, jsonLines, program, run, withPage, write } from "./pages.mjs";

const page = write("evaluation.html", program([
  "evaluate", write("gold.jsonl", jsonLines(gold)), "--predictions", write("predicted.jsonl", jsonLines(predicted)),
  "--format", "html", "--slice", "publisher", "--draws", "500",
]));

const checks = {
  ...common(page, { tables: 20 }),

  async "an error leads to its place in the article and back"() {
    await withPage(page, { viewport: { width: 1200, height: 700 } }, async (page) => {
      const errors = await page.$$eval(".errors tbody tr", (rows) => rows.map((row) => row.cells[1].textContent));
      for (const kind of ["boundary", "type", "missed", "spurious", "split", "merged"]) {
        assert.ok(errors.includes(kind), `${kind} in ${errors}`);
      }
      for (let number = 1; number <= errors.length; number++) {
        await page.click(`#error-${number} .context a`);
        const place = page.locator(`#place-${number}`);
        assert.ok(await inView(place), `place ${number}`);
        const marked = await place.evaluate((a) => a.nextElementSibling?.tagName);
        assert.equal(marked, "MARK", `what follows place ${number}`);
        await place.click();
        assert.ok(await inView(page.locator(`#error-${number}`)), `error ${number}`);
      }
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
