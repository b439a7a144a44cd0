// The browser, the page under test, and what is read from it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [file, expectedFile, executablePath] = process.argv.slice(2);
export const address = pathToFileURL(file).href;
export const expected = JSON.parse(readFileSync(expectedFile, "utf8"));

// Chromium's own sandbox needs privileges that containers rarely have. The page is trusted.
export const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });

/** Opens the page. A network request, a console message or an error fails the test. */
export async function open(options = {}, rest = "") {
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

export const visible = (page, selector) =>
  page.$$eval(selector, (found) => found.filter((e) => e.checkVisibility()).map((e) => e.querySelector("code").textContent));
export const matrix = (page) => visible(page, "tr.tool th");
export const entries = (page) => visible(page, "article.entry h3");
export const risks = (page) => page.$$eval("tr.tool td.risks", (found) => [...new Set(found.filter((e) => e.checkVisibility()).map((e) => e.textContent))]);
/** Lays out distant content, which checks would skip otherwise. */
export const lay_out = (page) => page.evaluate(() => document.querySelectorAll(".entry").forEach((entry) => { entry.style.contentVisibility = "visible"; }));
/** Opens the entries with the most facts. All have the same form, and checks of many are slow. */
export const open_some = (page) => page.evaluate(() => [...document.querySelectorAll(".entry details")]
  .sort((a, b) => b.textContent.length - a.textContent.length).slice(0, 8).forEach((entry) => { entry.open = true; }));
/** Waits until the address has the answer. */
export const settled = (page) => page.waitForFunction(() => location.search === (document.querySelector("#share").hidden ? "" : new URL(document.querySelector("#share").href).search));
export const status = (page) => page.getByRole("status").textContent();
export const box = (page, scope) => page.getByRole("checkbox", { name: new RegExp(`^${scope.replaceAll(".", "\\.")} \\d+ tools?$`) });
export const sorted = (names) => [...names].sort();
