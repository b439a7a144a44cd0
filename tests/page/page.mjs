// Uses the page as a reader would, in headless Chromium: `node page.mjs PAGE EXPECTED [CHROMIUM]`.
//
// EXPECTED is JSON with the results of the compiled table, {"tools": 3, "grants": [{"scope": "a b", "opens":
// ["tool"]}]}, and in `claims` the names of the checks below to run. Prints a line for each that passes. The first
// failure ends the run with 1.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [file, expectedFile, executablePath] = process.argv.slice(2);
const address = pathToFileURL(file).href;
const expected = JSON.parse(readFileSync(expectedFile, "utf8"));
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// Chromium's own sandbox needs privileges that containers rarely have. The page is trusted.
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });

/** Opens the page. A network request, a console message or an error fails the test. */
async function open(options = {}, rest = "") {
  const page = await browser.newPage({ viewport: { width: 1360, height: 900 }, ...options });
  page.on("request", (request) => {
    const own = request.url().startsWith(address) || request.url().startsWith("data:");
    assert.ok(own, `the page requested ${request.url()}`);
  });
  page.on("console", (message) => assert.fail(`the page logged: ${message.text()}`));
  page.on("pageerror", (error) => assert.fail(`the page failed: ${error}`));
  await page.goto(address + rest);
  return page;
}

const visible = (page, selector) =>
  page.$$eval(selector, (found) => found.filter((e) => e.checkVisibility()).map((e) => e.querySelector("code").textContent));
const matrix = (page) => visible(page, "tr.tool th");
const entries = (page) => visible(page, "article.entry h3");
const risks = (page) => page.$$eval("tr.tool td.risks", (found) => [...new Set(found.filter((e) => e.checkVisibility()).map((e) => e.textContent))]);
/** Lays out distant content, which checks would skip otherwise. */
const lay_out = (page) => page.evaluate(() => document.querySelectorAll(".entry").forEach((entry) => { entry.style.contentVisibility = "visible"; }));
/** Opens the entries with the most facts. All have the same form, and checks of many are slow. */
const open_some = (page) => page.evaluate(() => [...document.querySelectorAll(".entry details")]
  .sort((a, b) => b.textContent.length - a.textContent.length).slice(0, 8).forEach((entry) => { entry.open = true; }));
/** Waits until the address has the answer. */
const settled = (page) => page.waitForFunction(() => location.search === (document.querySelector("#share").hidden ? "" : new URL(document.querySelector("#share").href).search));
const status = (page) => page.getByRole("status").textContent();
const box = (page, scope) => page.getByRole("checkbox", { name: new RegExp(`^${scope.replaceAll(".", "\\.")} \\d+ tools?$`) });
const sorted = (names) => [...names].sort();

const claims = {
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

  async "the page can be used with the keyboard alone"() {
    const page = await open();
    const { scope, opens } = expected.grants.find(({ scope }) => scope && !scope.includes(" "));
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the tools");
    const focused = () => page.evaluate(() => document.activeElement.dataset.name);
    for (let stops = 0; (await focused()) !== scope; stops += 1) {
      assert.ok(stops < 40, `the tab key does not reach ${scope}`);
      await page.keyboard.press("Tab");
    }
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
    assert.notEqual(outline, "none", "the focused element has an outline");
    await page.keyboard.press("Space");
    assert.deepEqual(sorted(await matrix(page)), sorted(opens));
    await page.keyboard.press("Space");
    assert.equal((await matrix(page)).length, expected.tools);
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

  async "entries are collapsed, and open one by one or together"() {
    const page = await open();
    const facts = page.locator("article.entry dl");
    const shown = () => facts.evaluateAll((all) => all.filter((dl) => dl.checkVisibility({ contentVisibilityAuto: false })).length);
    assert.equal(await shown(), 0);
    const first = page.locator("article.entry summary").first();
    await first.focus();
    await page.keyboard.press("Enter");
    assert.equal(await shown(), 1);
    await page.keyboard.press("Enter");
    assert.equal(await shown(), 0);
    await page.getByRole("button", { name: "Open all" }).click();
    assert.equal(await shown(), expected.tools);
    await page.getByRole("button", { name: "Close all" }).click();
    assert.equal(await shown(), 0);
    await page.close();
  },

  async "the current section is shown"() {
    const page = await open();
    const current = page.locator("nav a[aria-current]");
    assert.equal(await current.textContent(), "Tools");
    for (const name of ["Policies", "Scopes", "Details", "Tools"]) {
      await page.getByRole("navigation").getByRole("link", { name }).click();
      await page.waitForFunction((name) => document.querySelector("nav a[aria-current]").textContent === name, name);
      assert.ok(await current.isVisible(), "the sections stay in sight");
    }
    await page.close();
  },

  async "the header is aligned with the content, and nothing is cut without a cue"() {
    for (const width of [390, 900, 1440, 1920]) {
      const page = await open({ viewport: { width, height: 900 } });
      const edges = (selector) => page.$eval(selector, (element) => {
        const [box, style] = [element.getBoundingClientRect(), getComputedStyle(element)];
        return [box.left + parseFloat(style.paddingLeft), box.right - parseFloat(style.paddingRight)].map(Math.round);
      });
      for (const part of ["nav .page", ".columns", "footer .page"]) assert.deepEqual(await edges(part), await edges(".top .page"), `${part}, ${width} wide`);
      await open_some(page);
      // The answer is as long as the names in it.
      await page.locator("#token").evaluate((token, scope) => {
        token.value = `${scope} ${"no:such:scope".repeat(9)}`;
        token.dispatchEvent(new Event("input", { bubbles: true }));
      }, expected.grants.find(({ scope }) => scope).scope);
      await page.locator("#closed").evaluate((box) => box.click());
      await lay_out(page);
      const cut = await page.evaluate(() => {
        const said = (element) => `${element.tagName}.${element.className.baseVal ?? element.className}: ${element.textContent.trim().slice(0, 40)}`;
        // Text for screen readers is cut on purpose; an ellipsis and the shadow of a scrolling part are cues.
        const cued = (element) => {
          if (element.closest(".hidden, .drawings, .list, .skip, option")) return true;
          const style = getComputedStyle(element);
          return element.matches("input") || style.textOverflow === "ellipsis" || style.webkitLineClamp !== "none";
        };
        const hides = (element) => getComputedStyle(element).overflowX !== "visible" && element.scrollWidth > element.clientWidth + 1;
        return [...document.body.querySelectorAll("*")]
          .filter((element) => element.checkVisibility() && !cued(element))
          .filter((element) => element.getBoundingClientRect().right > innerWidth + 1 || hides(element))
          .map(said);
      });
      assert.deepEqual(cut, [], `${width} wide`);
      await page.close();
    }
  },

  async "flows are stacked on a telephone and side by side in a window"() {
    for (const [width, stacked] of [[390, true], [1440, false]]) {
      const page = await open({ viewport: { width, height: 900 } });
      const boxes = await page.$$eval(".flow", (flows) => flows
        .map((flow) => [...flow.children].map((step) => step.getBoundingClientRect()).map(({ left, top, right }) => ({ left, top, right })))
        .filter((steps) => steps.length > 1));
      assert.ok(boxes.length > 0);
      for (const [first, second] of boxes) {
        assert.equal(first.left === second.left && second.top > first.top, stacked, `${width} wide`);
        assert.ok(first.right <= width && second.right <= width);
      }
      await page.close();
    }
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

  async "the theme can be chosen"() {
    const page = await open({ colorScheme: "light" });
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await ground();
    const button = page.getByRole("button", { name: /^Theme/ });
    await button.click();
    assert.equal(await ground(), light);
    await button.click();
    assert.notEqual(await ground(), light);
    assert.equal(await button.textContent(), "Theme: dark");
    await page.close();
  },

  async "a print shows the whole selection, without controls"() {
    const page = await open({ viewport: { width: 718, height: 1000 } });
    const { scope, opens } = expected.grants.find(({ scope }) => scope && !scope.includes(" "));
    await page.emulateMedia({ media: "print" });
    assert.ok(!(await page.getByRole("status").isVisible()), "a status without a selection");
    await page.locator(`input[data-name="${scope}"]`).evaluate((input) => input.click());
    assert.ok(await page.getByRole("status").isVisible());
    assert.match(await status(page), new RegExp(`^A token with ${scope} opens ${opens.length} of`));
    for (const control of ["input", "button:not(.risk)", "nav", "#controls", ".actions", ".skip"]) {
      assert.equal(await page.locator(`${control}:visible`).count(), 0, control);
    }
    assert.deepEqual(sorted(await matrix(page)), sorted(opens));
    assert.deepEqual(sorted(await entries(page)), sorted(opens));
    assert.equal(await page.locator("article.entry dl:visible").count(), opens.length, "entries are printed with all their facts");
    // No content is cut off at the right or hidden in a scrollable part.
    const cut = await page.$$eval("section *", (found) => found
      .filter((e) => e.checkVisibility() && (e.getBoundingClientRect().right > innerWidth + 1 || (e.matches(".drawings, .matrix, .sheet, .list") && e.scrollHeight > e.clientHeight + 1)))
      .map((e) => `${e.tagName}.${e.className.baseVal ?? e.className}: ${e.textContent.trim().slice(0, 40)}`));
    assert.deepEqual(cut, []);
    assert.ok(await page.locator("#hierarchy ~ details li").first().isVisible(), "the text of a drawing is printed");
    await page.close();
  },

  async "the page shows everything without its script"() {
    const page = await open({ javaScriptEnabled: false });
    assert.equal(await page.locator("article.entry:visible").count(), expected.tools);
    assert.equal(await page.locator("tr.tool:visible").count(), expected.tools);
    for (const control of ["#ask", "#theme", "#unfold", ".nothing", "button"]) assert.equal(await page.locator(`${control}:visible`).count(), 0, control);
    const entry = page.locator("article.entry").first();
    await entry.locator("summary").press("Enter");
    assert.ok(await entry.locator("dl").isVisible());
    await page.close();
  },

  async "both themes, wide and narrow, are accessible (axe-core)"() {
    for (const colorScheme of ["light", "dark"]) {
      for (const width of [1360, 390]) {
        const page = await open({ colorScheme, viewport: { width, height: 900 } });
        // In one column, the controls are collapsed.
        const controls = page.getByText("What does this token open?");
        if (!(await page.getByRole("searchbox").isVisible())) await controls.click();
        await page.getByRole("button", { name: /^low \d+$/ }).click();
        await page.getByRole("button", { name: /^low \d+$/ }).click();
        await open_some(page);
        await box(page, expected.grants.find(({ scope }) => scope && !scope.includes(" ")).scope).check();
        await page.getByLabel("Also show closed tools").check();
        await lay_out(page);
        await page.evaluate(axe);
        const { violations, passes } = await page.evaluate(() => window.axe.run({ resultTypes: ["violations"] }));
        const said = violations.map(({ id, help, nodes }) => `${id}: ${help}\n  ${nodes.slice(0, 3).map((node) => node.html).join("\n  ")}`);
        assert.deepEqual(said, [], `${colorScheme}, ${width} wide`);
        assert.ok(passes.some(({ id }) => id === "color-contrast"), "contrast was checked");
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(overflow <= 0, `the page is ${overflow} too wide at ${width}`);
        await page.close();
      }
    }
  },
};

const many = {
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

const large = {
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

try {
  const tried = Object.entries({ ...claims, ...many, ...large }).filter(([claim]) => expected.claims.includes(claim) || (expected.claims.includes("all") && claim in claims));
  assert.ok(tried.length >= expected.claims.length, `some of these are unknown: ${expected.claims}`);
  for (const [claim, holds] of tried) {
    const before = performance.now();
    await holds();
    console.log(`ok: ${claim} (${Math.round(performance.now() - before)} ms)`);
  }
  console.log("all hold");
} finally {
  await browser.close();
}
