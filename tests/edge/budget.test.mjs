// What a fresh isolate compiles before its first answer, held to numbers that only go down. A visitor
// waits for it; the figures are the same on every machine.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import path from "node:path";
import { FIRSTS, compiled } from "../../bench/compiled.mjs";

// Bytes of compiled functions and 75 for each of them: today's, and a few percent for other compilers.
const BUDGETS = {
  "guarded asset, key in a binding": 299_000,
  "guarded asset, keys from KV": 321_000,
  "guarded asset, keys fetched": 341_000,
  "`anyone` asset": 198_000,
};

describe("what the first request compiles", () => {
  let figures;
  before(async () => {
    figures = await compiled(path.join(import.meta.dirname, "../../build"));
  });

  for (const { name } of FIRSTS) {
    test(name, () => {
      const { weight, functions } = figures.find((figure) => figure.name === name);
      assert(functions > 100, `${functions} functions: the runtime says nothing of what it compiles`);
      const budget = BUDGETS[name];
      assert(weight <= budget, `${weight} bytes of ${budget}`);
      assert(weight > budget * 0.9, `${weight} bytes: lower the budget of ${budget}`);
    });
  }
});
