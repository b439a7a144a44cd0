// How the page is displayed, used and printed, in windows of each size.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { box, entries, expected, lay_out, matrix, open, open_some, sorted, status } from "./context.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export const layout = {
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
        // Contrast depends on the theme, everything else on the width. Each run takes ten seconds.
        if ((colorScheme === "light") === (width === 1360)) {
          await page.evaluate(axe);
          const { violations, passes } = await page.evaluate(() => window.axe.run({ resultTypes: ["violations"] }));
          const said = violations.map(({ id, help, nodes }) => `${id}: ${help}\n  ${nodes.slice(0, 3).map((node) => node.html).join("\n  ")}`);
          assert.deepEqual(said, [], `${colorScheme}, ${width} wide`);
          assert.ok(passes.some(({ id }) => id === "color-contrast"), "contrast was checked");
        }
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(overflow <= 0, `the page is ${overflow} too wide at ${width}`);
        await page.close();
      }
    }
  },
};
