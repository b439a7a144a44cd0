// Pages of 163 and of 2,000 tools.

import assert from "node:assert/strict";
import { expected, matrix, open, sorted, status } from "./context.mjs";

export const many = {
  async "long common prefixes of scopes are shortened"() {
    const page = await open();
    const { scope, opens } = expected.grants[0];
    assert.ok(scope.startsWith(expected.prefix));
    // Every name that is displayed is short, and the complete name is what counts.
    for (const text of await page.$$eval("main code, #ask .tick code", (all) => all.map((code) => code.textContent))) {
      assert.ok(text === expected.prefix || !text.startsWith(expected.prefix), text);
    }
    assert.ok((await page.locator(".prefix:visible").first().textContent()).endsWith(expected.prefix));
    await page.getByLabel("Or paste its scope").fill(scope);
    assert.deepEqual(sorted(await matrix(page)), sorted(opens));
    await page.getByLabel("Or paste its scope").fill("");
    await page.getByRole("checkbox", { name: `…${scope.slice(expected.prefix.length)} ` }).check();
    assert.equal(await page.getByLabel("Or paste its scope").inputValue(), scope);
    await page.close();
  },

  async "resources and prompts are filtered like tools"() {
    const page = await open();
    const { scope } = expected.grants[0];
    const { all, opens } = expected.contents;
    const shown = () => page.$$eval("tr.content", (found) => found.filter((e) => e.checkVisibility()).map((e) => e.querySelector("code").textContent));
    assert.equal((await shown()).length, all);
    assert.match(await page.locator(".tally").textContent(), /163 tools, 3 resources and 2 prompts behind 48 scopes/);
    await page.getByLabel("Or paste its scope").fill(scope);
    assert.deepEqual(sorted(await shown()), sorted(opens));
    assert.match(await status(page), new RegExp(`It opens ${opens.length} of ${all} resources and prompts\\.`));
    await page.getByLabel("Also show closed tools").check();
    assert.equal((await shown()).length, all);
    assert.equal(await page.locator("tr.content.shut").count(), all - opens.length);
    await page.getByRole("button", { name: "Start again" }).click();
    await page.getByRole("button", { name: /^high \d+$/ }).click();
    assert.deepEqual(await shown(), ["review"]);
    await page.getByRole("button", { name: "Start again" }).click();
    await page.getByRole("searchbox").fill("area03.read");
    assert.deepEqual(await shown(), ["logs://area03/*"]);
    await page.getByRole("searchbox").fill("happened to the objects");
    assert.deepEqual(await shown(), ["logs://area03/*"]);
    await page.getByRole("searchbox").fill("no entry is called like that");
    assert.ok(await page.getByText("No resource or prompt matches.").isVisible());
    // A link to an entry that the filters hide.
    await page.evaluate(() => { location.hash = "#prompt-review"; });
    await page.locator("#prompt-review").waitFor({ state: "visible" });
    await page.close();
  },

  async "a print of all tools has at most the expected number of pages"() {
    for (const format of ["A4", "Letter"]) {
      const page = await open();
      const pages = (await page.pdf({ format })).toString("latin1").match(/\/Type \/Page\b/g).length;
      assert.ok(pages <= expected.pages, `${pages} pages of ${format}`);
      console.log(`${pages} pages of ${format}`);
      await page.close();
    }
  },
};

/** Time limits in milliseconds, generous for a machine with other load. */
const patience = { open: 20_000, press: 5_000 };

export const large = {
  async "a page of very many tools can be used"() {
    const before = performance.now();
    const page = await open();
    assert.ok(performance.now() - before < patience.open, `opened in ${performance.now() - before} ms`);
    const took = (press) => page.evaluate((press) => {
      const before = performance.now();
      if (press === null) document.querySelector("#again").click();
      else document.querySelector(`input[data-name="${press}"]`).click();
      return new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(performance.now() - before))));
    }, press);
    for (const { scope, opens } of expected.grants) {
      const time = await took(scope);
      assert.ok(time < patience.press, `${scope} took ${time} ms`);
      assert.deepEqual(sorted(await page.$$eval("tr.tool:not([hidden]) th code", (all) => all.map((e) => e.textContent))), sorted(opens));
      const back = await took(null);
      assert.ok(back < patience.press, `"Start again" took ${back} ms`);
    }
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(overflow <= 0, `the page is ${overflow} too wide`);
    await page.close();
  },
};
