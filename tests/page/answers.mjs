// What the page answers: which tools a token opens, what filters and search find, and where links lead.

import assert from "node:assert/strict";
import { address, box, entries, expected, matrix, open, risks, settled, sorted, status } from "./context.mjs";

export const answers = {
  async "ticked scopes show what the runtime opens"() {
    const page = await open();
    assert.equal((await matrix(page)).length, expected.tools);
    for (const [place, { scope, opens }] of expected.grants.entries()) {
      const scopes = scope.split(" ").filter(Boolean);
      if (scopes.length === 0) continue;
      await page.getByRole("button", { name: "Start again" }).click();
      // Clicking is slow, so only the first scopes are clicked and the others are pasted.
      if (place < 16) for (const name of scopes) await box(page, name).check();
      else await page.getByLabel("Or paste its scope").fill(scope);
      assert.deepEqual(sorted(await matrix(page)), sorted(opens), `the matrix for ${scope}`);
      assert.deepEqual(sorted(await entries(page)), sorted(opens), `the entries for ${scope}`);
      assert.match(await status(page), new RegExp(`opens ${opens.length} of ${expected.tools} tools`));
      // A pasted token has the same effect as selected scopes. Unknown scopes open nothing.
      await page.getByLabel("Or paste its scope").fill(`openid  ${scope} no:such`);
      assert.deepEqual(sorted(await matrix(page)), sorted(opens), `pasted: ${scope}`);
    }
    await page.close();
  },

  async "the matrix marks what each scope opens alone"() {
    const page = await open();
    // Cells are below the headers of their columns, also where empty cells are merged.
    const marked = await page.evaluate(() => {
      const heads = [...document.querySelectorAll("th.scope")].map((head) => head.textContent);
      const marked = Object.fromEntries(heads.map((head) => [head, []]));
      for (const row of document.querySelectorAll("tr.tool")) {
        let column = -1;
        for (const cell of [...row.cells].slice(1)) {
          if (cell.querySelector(".opens, .implies")) marked[heads[column]].push(row.querySelector("code").textContent);
          column += cell.colSpan;
        }
      }
      return marked;
    });
    const open_to_all = new Set(expected.grants.find(({ scope }) => scope === "").opens);
    const alone = expected.grants.filter(({ scope }) => scope && !scope.includes(" "));
    assert.ok(alone.length > 0);
    for (const { scope, opens } of alone) {
      assert.deepEqual(sorted(marked[scope]), sorted(opens.filter((tool) => !open_to_all.has(tool))), scope);
    }
    await page.close();
  },

  async "ticked scopes are a token to copy, and unknown scopes are named"() {
    const page = await open();
    const token = page.getByLabel("Or paste its scope");
    const { scope, opens } = expected.grants.find(({ scope }) => scope.includes(" ") && new Set(scope.split(" ")).size > 1);
    for (const name of scope.split(" ")) await box(page, name).check();
    assert.deepEqual(sorted((await token.inputValue()).split(" ")), sorted(scope.split(" ")));
    assert.ok(!(await status(page)).includes("Unknown"));
    // A token with only unknown scopes shows the public tools, not all tools.
    await token.fill("openid no:such");
    const open_to_all = expected.grants.find(({ scope }) => scope === "").opens;
    assert.deepEqual(sorted(await matrix(page)), sorted(open_to_all));
    assert.match(await status(page), /Unknown scopes: openid, no:such\./);
    await box(page, scope.split(" ")[0]).check();
    assert.equal(await token.inputValue(), `${scope.split(" ")[0]} openid no:such`);
    await page.getByRole("button", { name: "Start again" }).click();
    assert.equal((await matrix(page)).length, expected.tools);
    assert.ok(opens.length > 0);
    await page.close();
  },

  async "a token without scopes opens the public tools"() {
    const page = await open();
    const { opens } = expected.grants.find(({ scope }) => scope === "");
    assert.match(await status(page), new RegExp(`opens ${opens.length} of ${expected.tools} tools`));
    await page.close();
  },

  async "search and risk filter tools, and closed tools can be shown"() {
    const page = await open();
    const name = expected.grants.flatMap(({ opens }) => opens)[0];
    await page.getByRole("searchbox").fill(name.toUpperCase());
    assert.ok((await matrix(page)).includes(name));
    assert.ok((await matrix(page)).length < expected.tools);
    await page.getByRole("searchbox").fill("no tool is called like that");
    assert.deepEqual(await matrix(page), []);
    assert.ok(await page.getByText("No tool matches.").first().isVisible());
    await page.getByRole("button", { name: "Start again" }).click();
    const { scope, opens } = expected.grants.find(({ scope }) => scope && !scope.includes(" "));
    await box(page, scope).check();
    await page.getByLabel("Also show closed tools").check();
    assert.equal((await matrix(page)).length, expected.tools);
    assert.equal(await page.locator("tr.tool.shut").count(), expected.tools - opens.length);
    const before = (await matrix(page)).length;
    await page.getByRole("checkbox", { name: "minimal" }).check();
    assert.ok((await matrix(page)).length < before);
    assert.deepEqual(await risks(page), ["minimal"]);
    await page.getByRole("checkbox", { name: "high" }).check();
    assert.deepEqual(sorted(await risks(page)), ["high", "minimal"]);
    assert.equal((await entries(page)).length, (await matrix(page)).length);
    await page.close();
  },

  async "the numbers of the header filter by risk"() {
    const page = await open();
    const pill = page.getByRole("button", { name: /^high \d+$/ });
    const number = Number((await pill.textContent()).split(" ")[1]);
    assert.equal(await pill.getAttribute("aria-pressed"), "false");
    await pill.focus();
    await page.keyboard.press("Enter");
    assert.equal((await matrix(page)).length, number);
    assert.deepEqual(await risks(page), ["high"]);
    assert.equal(await pill.getAttribute("aria-pressed"), "true");
    assert.ok(await page.getByRole("checkbox", { name: "high" }).isChecked(), "the form shows the same choice");
    assert.match(await status(page), new RegExp(`${number} shown\\.$`));
    await pill.click();
    assert.equal((await matrix(page)).length, expected.tools);
    await page.close();
  },

  async "search finds parameters and scopes"() {
    const page = await open();
    const search = page.getByRole("searchbox");
    const [tool, parameter] = await page.$eval(".parameters code", (code) => [code.closest("article").querySelector("h3").textContent, code.textContent]);
    await search.fill(parameter);
    const named = await page.$$eval("article.entry", (all, parameter) => all
      .filter((entry) => [...entry.querySelectorAll(".parameters code")].some((code) => code.textContent === parameter))
      .map((entry) => entry.querySelector("h3").textContent), parameter);
    const shown = await matrix(page);
    assert.ok(shown.includes(tool) && named.every((name) => shown.includes(name)) && shown.length < expected.tools, `${parameter}: ${shown}`);
    const { scope, opens } = expected.grants.findLast(({ scope, opens }) => scope && !scope.includes(" ") && opens.length > 0);
    await search.fill(scope);
    const direct = await page.$$eval("article.entry", (all, scope) => all
      .filter((entry) => [...entry.querySelectorAll("dl > :first-child code")].some((code) => code.textContent === scope))
      .map((entry) => entry.querySelector("h3").textContent), scope);
    assert.ok(direct.length > 0 && direct.every((name) => opens.includes(name)));
    assert.deepEqual(sorted((await matrix(page)).filter((name) => opens.includes(name))), sorted(direct));
    // The row of the scope is a link away.
    await page.locator("#found a", { hasText: new RegExp(`^${scope.replaceAll(".", "\\.")}$`) }).click();
    const row = page.locator("#scopes tr:target");
    assert.equal(await row.locator("code").first().textContent(), scope);
    await page.close();
  },

  async "the address holds the answer, which can be shared"() {
    const page = await open();
    const { scope } = expected.grants.find(({ scope }) => scope.split(" ").length > 2);
    await page.getByLabel("Or paste its scope").fill(`${scope} no:such`);
    await page.getByLabel("Also show closed tools").check();
    await page.getByRole("button", { name: /^minimal \d+$/ }).click();
    await page.getByRole("searchbox").fill("e");
    await settled(page);
    const [tools, said] = [await matrix(page), await status(page)];
    assert.ok(tools.length > 0 && tools.length < expected.tools);
    // A link inside the page keeps the answer.
    await page.getByRole("navigation").getByRole("link", { name: "Scopes" }).click();
    const shared = page.url();
    assert.match(shared, /\?.*#scopes$/);
    assert.equal(await page.getByRole("link", { name: "Link to this answer" }).evaluate((link) => link.href), shared.replace("#scopes", ""));
    const other = await open({}, shared.slice(address.length));
    assert.deepEqual(await matrix(other), tools);
    assert.equal(await status(other), said);
    assert.equal(await other.getByRole("searchbox").inputValue(), "e");
    const words = async (page) => sorted((await page.getByLabel("Or paste its scope").inputValue()).split(" "));
    assert.deepEqual(await words(other), await words(page));
    assert.ok(await other.getByLabel("Also show closed tools").isChecked());
    await other.getByRole("button", { name: "Start again" }).click();
    await settled(other);
    assert.equal(new URL(other.url()).search, "");
    assert.equal((await matrix(other)).length, expected.tools);
    await other.close();
    await page.close();
    // An address that another program has damaged.
    const odd = await open({}, "?scope=%zz&risk=none&q=%F0%28&closed=2");
    assert.ok(await odd.locator("#ask").isVisible());
    await odd.close();
  },

  async "links lead to tools, also to tools that are filtered out"() {
    const page = await open();
    const opened = new Set(expected.grants.find(({ scope }) => scope && !scope.includes(" ")).opens);
    const all = await matrix(page);
    const other = all.find((name) => !opened.has(name));
    await page.locator("tr.tool th a", { hasText: new RegExp(`^${other}$`) }).click();
    assert.equal(new URL(page.url()).hash, `#tool-${other}`);
    await page.waitForFunction((id) => {
      const { top } = document.getElementById(id).getBoundingClientRect();
      return top >= 0 && top < innerHeight;
    }, `tool-${other}`);
    await page.close();
    // The entry opens, also without the script.
    for (const javaScriptEnabled of [false, true]) {
      const direct = await open({ javaScriptEnabled }, `#tool-${other}`);
      await direct.locator(`[id="tool-${other}"]`).waitFor({ state: "visible" });
      await direct.close();
    }
    const direct = await open({}, `#tool-${other}`);
    await box(direct, expected.grants.find(({ scope }) => scope && !scope.includes(" ")).scope).check();
    assert.ok(!(await direct.locator(`[id="tool-${other}"]`).isVisible()));
    await direct.evaluate(() => { location.hash = ""; });
    await direct.evaluate((hash) => { location.hash = hash; }, `#tool-${other}`);
    await direct.locator(`[id="tool-${other}"]`).waitFor({ state: "visible" });
    await direct.evaluate(() => { location.hash = "#%zz"; });
    await direct.close();
  },
};
