// Uses the page as a reader would, in headless Chromium: `node page.mjs PAGE EXPECTED [CHROMIUM]`.
//
// EXPECTED is JSON with the results of the compiled table, {"tools": 3, "grants": [{"scope": "a b", "opens":
// ["tool"]}]}, and in `claims` the names of the checks to run. `prefix` and `pages` are those of a large page. Prints a
// line for each check that passes. The first failure ends the run with 1.

import assert from "node:assert/strict";
import { answers } from "./answers.mjs";
import { browser, expected } from "./context.mjs";
import { large, many } from "./large.mjs";
import { layout } from "./layout.mjs";

const claims = { ...answers, ...layout };

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
