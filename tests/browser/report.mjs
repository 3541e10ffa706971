// The page of an annotated corpus in a browser: filters, a speaker who is followed, and harmless names.

import assert from "node:assert/strict";
import { common, file, jsonLines, program, run, WIDE, withPage, write } from "./pages.mjs";

const PEOPLE = ["Ida Lund", "Tomas Veld", "Ana Reis", "Zoë <b>Åkerman</b>", "a senior official", "Nordsund Energi"];
const COUNTRIES = [["NO", "NOR", "Norway"], ["SE", "SWE", "Sweden"], ["CA", "CAN", "Canada"]];
const TYPES = ["accusation", "denial", "demand", "assertion", "support"];

/** An article in which three of the people speak; which, and of what, follows from its number. */
function article(number) {
  const names = [0, 1, 2].map((step) => PEOPLE[(number + step * (1 + (number % 2))) % PEOPLE.length]);
  const speakers = [...new Set(names)].map((name, id) => ({
    id, name, kind: "person", role: id === 0 ? "Minister" : null, country: COUNTRIES[(number + id) % 4]?.[0] ?? null, mentions: [],
  }));
  const claims = speakers.map((speaker, index) => {
    const target = PEOPLE[(number * (index + 2)) % PEOPLE.length];
    return {
      start: 4 * index, end: 4 * index + 3, claim_type: TYPES[(number * (index + 1)) % TYPES.length], quotation: "direct",
      speaker: index, target: target === speaker.name ? null : { name: target, label: "PERSON", country: null },
    };
  });
  const [code, alpha3, name] = COUNTRIES[number % COUNTRIES.length];
  return {
    id: `article ${number}`, text: "So. So. So.", speakers, claims,
    meta: number % 10 === 0 ? {} : { date: new Date(Date.UTC(2026, 0, 1 + number)).toISOString() },
    countries: [{ code, alpha3, name, mentions: 1 + (number % 3) }],
  };
}

const articles = Array.from({ length: 60 }, (_, number) => article(number));
const page = write("report.html", program(["report", write("annotated.jsonl", jsonLines(articles))]));
const rows = (page) => page.$$eval(".speakers tbody tr:not([hidden])", (rows) => rows.map((row) => row.dataset.speaker));

const checks = {
  ...common(page, { tables: 5 }),

  async "speakers are filtered by name, country and type"() {
    await withPage(page, { viewport: WIDE }, async (page) => {
      assert.deepEqual((await rows(page)).toSorted(), PEOPLE.toSorted());
      await page.fill("#find", "åker");
      assert.deepEqual(await rows(page), ["Zoë <b>Åkerman</b>"]);
      assert.equal(await page.textContent("#status"), `1 of ${PEOPLE.length} speakers`);
      await page.fill("#find", "");
      for (const [field, attribute] of [["#of-country", "data-country"], ["#of-type", "data-types"]]) {
        const value = await page.locator(`${field} option`).nth(1).evaluate((option) => option.value);
        await page.selectOption(field, value);
        const found = await page.$$eval(".speakers tbody tr:not([hidden])", (rows, name) => rows.map((r) => r.getAttribute(name)), attribute);
        assert.ok(found.length > 0 && found.every((values) => values.split(" ").includes(value)), `${field}: ${found}`);
        await page.keyboard.press("Escape");
        assert.equal((await rows(page)).length, PEOPLE.length);
      }
    });
  },

  async "a speaker who is pressed is followed through graph and table"() {
    await withPage(page, { viewport: WIDE }, async (page) => {
      const name = await page.locator(".pairs tbody tr").first().getAttribute("data-accuser");
      const button = page.getByRole("button", { name, exact: true });
      await button.focus();
      await page.keyboard.press("Enter");
      assert.equal(await button.getAttribute("aria-pressed"), "true");
      const pairs = await page.$$eval(".pairs tbody tr:not([hidden])", (rows) => rows.map((r) => [r.dataset.accuser, r.dataset.accused]));
      assert.ok(pairs.length > 0 && pairs.every((pair) => pair.includes(name)), JSON.stringify(pairs));
      const links = await page.$$eval(".graph .link.on", (links) => links.map((l) => [l.dataset.accuser, l.dataset.accused]));
      assert.deepEqual(links.toSorted(), pairs.toSorted());
      assert.ok((await page.textContent("#status")).startsWith(`${name}: accuses `));
      await page.screenshot({ path: file("report-followed.png"), fullPage: true });
      await page.click("#clear");
      assert.equal(await page.locator(".graph .link.on").count(), 0);
    });
  },

  async "figures add up"() {
    await withPage(page, {}, async (page) => {
      const claims = articles.reduce((sum, { claims }) => sum + claims.length, 0);
      const column = (selector) => page.$$eval(selector, (cells) => cells.reduce((sum, cell) => sum + Number(cell.textContent), 0));
      assert.equal(await column("#types ~ table tbody td:nth-child(2)"), claims);
      assert.equal(await column(".speakers tbody td:nth-child(5)"), claims);
      const accusations = articles.flatMap(({ claims }) => claims.filter((c) => c.claim_type === "accusation" && c.target));
      assert.equal(await column(".pairs tbody td:nth-child(3)"), accusations.length);
      assert.ok((await page.textContent("main")).includes("6 articles have no date"));
    });
  },

  async "markup in names is shown, not obeyed"() {
    await withPage(page, {}, async (page) => {
      assert.equal(await page.locator("main b, img, iframe").count(), 0);
      assert.ok((await page.textContent(".speakers")).includes("Zoë <b>Åkerman</b>"));
    });
  },
};

await run(checks);
