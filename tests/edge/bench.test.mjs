// The bench itself, without its clock: that its generator reads answers whole and counts the wrong ones,
// and that it stops at a variant that answers wrongly instead of timing it.
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { open } from "../../bench/load.mjs";
import { verify } from "../../bench/rounds.mjs";
import { lowerQuartile, median } from "../../bench/statistics.mjs";
import { instance } from "../../bench/tokens.mjs";
import { FLOOR, OURS, YARDSTICK, variants } from "../../bench/variants.mjs";
import { prepare, start } from "../../bench/workerd.mjs";

const ASK = Buffer.from("GET / HTTP/1.1\r\nHost: bench.example\r\n\r\n");

describe("the generator", () => {
  let server;
  let asked = 0;

  before(async () => {
    server = http.createServer((_request, response) => {
      asked += 1;
      const status = asked % 5 ? 200 : 503;
      response.writeHead(status, asked % 2 ? { "content-length": 10 } : {});
      // In two pieces, so that an answer taken for complete too early would throw the count off.
      response.write("01234");
      setImmediate(() => response.end("56789"));
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  after(() => server.close());

  test("sends what it was told to, one at a time, and counts every wrong answer", async () => {
    const lanes = await open(server.address().port, ASK, 1);
    const done = await lanes.run({ next: () => ASK, requests: 99, right: (status) => status === 200 });
    lanes.close();
    assert.equal(done.answers, 99);
    assert.deepEqual(done.wrong, { 503: 20 });
    assert.equal(asked, 100);
  });

  test("a connection that is closed under load is an error, not a short run", async () => {
    const closing = http.createServer((_request, response) => response.destroy());
    await new Promise((resolve) => closing.listen(0, "127.0.0.1", resolve));
    await assert.rejects(open(closing.address().port, ASK, 1), /closed a connection/);
    closing.close();
  });
});

describe("the variants", () => {
  const clerk = instance();
  const folder = mkdtempSync(path.join(tmpdir(), "clerk-edge-bench-test-"));
  const running = [];
  let all;

  const launch = async (variant) => {
    const file = prepare(path.join(folder, variant.name), variant);
    const one = { variant, workerd: await start(file, variant.sockets) };
    running.push(one);
    return one;
  };

  before(async () => {
    const root = path.join(import.meta.dirname, "../..");
    const ours = path.join(root, "build");
    all = await variants(clerk, { ours: existsSync(path.join(ours, "index.js")) ? ours : undefined });
  });
  after(async () => {
    await Promise.all(running.map(({ workerd }) => workerd.stop()));
    rmSync(folder, { recursive: true, force: true });
  });

  test("floor, yardstick and product answer rightly under every load", async () => {
    const names = new Set([FLOOR, YARDSTICK, OURS]);
    await verify(clerk, await Promise.all(all.filter(({ name }) => names.has(name)).map(launch)));
  });

  test("one that lets everybody in is refused", async () => {
    const floor = all.find(({ name }) => name === FLOOR);
    const open_door = await launch({ ...floor, name: "open-door" });
    await assert.rejects(verify(clerk, [open_door]), /open-door under "forged" answered wrongly/);
  });
});

test("the estimates", () => {
  assert.equal(median([9, 1, 5]), 5);
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.equal(lowerQuartile([50, 10, 20, 30, 40]), 20);
});
