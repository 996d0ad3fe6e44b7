// The results as people read them: one table in Markdown with each figure's ratio to the yardstick, and
// below it what only the product has. `node bench/table.mjs FILE.json docs/bench.md` writes it between the
// two markers of a page, and refuses a page that lacks them.
import { readFileSync, writeFileSync } from "node:fs";
import { LOADS } from "./loads.mjs";
import { lowerQuartile, median } from "./statistics.mjs";
import { FLOOR, OURS, YARDSTICK } from "./variants.mjs";

const BEGIN = "<!-- bench: begin -->";
const END = "<!-- bench: end -->";
// Below half a microsecond a ratio would be noise divided by noise.
const RATIO_FLOOR = 0.5;
const ESTIMATES = { median: "medians", quiet: "lower quartiles" };

export function table(results) {
  const loads = LOADS.filter(({ only }) => !only);
  const head = ["", ...loads.map(({ title }) => title), "gzip -9", "cold start"];
  const rows = results.variants.map((variant) => row(variant, loads, results));
  return [preamble(results), "", ...markdown([head, ...rows]), "", ...notes(results)].join("\n");
}

export function writeBetweenMarkers(file, results) {
  const text = readFileSync(file, "utf8");
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`${file} lacks the markers ${BEGIN} and ${END}`);
  const before = text.slice(0, from + BEGIN.length);
  writeFileSync(file, `${before}\n${table(results)}\n${text.slice(to)}`);
}

function row({ name, label, gzip_bytes }, loads, results) {
  const { cold_start_over_floor: cold, figures, conditions } = results;
  if (name === FLOOR) {
    const all = loads.map((load) => figures[name][load.name].map(({ us }) => us));
    const own = all.map((list) => `(${whole(floorOf(results)(list))})`);
    return [label, ...own, "", ""];
  }
  const cell = (load) => {
    const [us, yard] = [name, YARDSTICK].map((who) => figure(results, who, load.name));
    return name === YARDSTICK ? whole(us) : `${short(us)}${ratio(us, yard)}`;
  };
  const size = `${(gzip_bytes / 1000).toFixed(1)} kB`;
  return [label, ...loads.map(cell), size, `${signed(cold[name][`${conditions.estimate}_ms`])} ms`];
}

// The estimate that the run was asked for.
const figure = ({ over_floor: over, conditions: { estimate } }, name, load) =>
  over[name][load][`${estimate}_us`];
const floorOf = ({ conditions: { estimate } }) => (estimate === "quiet" ? lowerQuartile : median);

function preamble({ conditions: c }) {
  const unit = c.measured === "cpu" ? "CPU" : "wall time (this system does not tell CPU time)";
  const cores = c.pinned ? "one core for it, one for the load" : "server and load on shared cores";
  const busy = c.busy > c.cores / 4 ? ` The machine was busy (load ${c.busy.toFixed(1)}): noisy.` : "";
  return (
    `µs of ${unit} per request over the floor, ${ESTIMATES[c.estimate]} of ${c.rounds} rounds; in ` +
    `brackets, how many times less than \`@clerk/backend\`. workerd ${c.workerd}, ${cores}, ` +
    `${c.date}.${busy}`
  );
}

function notes(results) {
  const { over_floor, steady, memory } = results;
  const own = over_floor[OURS];
  if (!own) return [];
  const us = (load) => short(figure(results, OURS, load));
  const beside = LOADS.filter(({ beside }) => beside && own[beside]).map(
    ({ name, title, beside }) =>
      `- ${title}: ${us(name)} µs (otherwise ${us(beside)})`,
  );
  const asked = Object.entries(steady.then).map(([what, count]) => `${count} ${what.replace("_", " ")}`);
  const held = memory.resident_bytes.map((bytes) => Math.round(bytes / 1e6));
  return [
    "clerk-edge alone:",
    ...beside,
    `- asked outside in ${steady.requests.toLocaleString("en")} requests, each with a new token, keys ` +
      `from the key set: ${asked.join(", ")}`,
    `- memory over ${memory.tokens.toLocaleString("en")} different valid tokens, in ten steps, MB: ` +
      `${held.join(" ")}; after ${memory.forged.toLocaleString("en")} forged ones more: ` +
      `${Math.round(memory.after_forged_bytes / 1e6)}; the floor's own, which remembers nothing: ` +
      `${Math.round(memory.floor.resident_bytes.at(-1) / 1e6)}`,
  ];
}

function markdown(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((cells) => cells[column].length)));
  const line = (cells) => `| ${cells.map((cell, column) => pad(cell, widths[column], column)).join(" | ")} |`;
  const rule = widths.map((width, column) => (column ? `${"-".repeat(width - 1)}:` : "-".repeat(width)));
  return [line(rows[0]), line(rule), ...rows.slice(1).map(line)];
}

const pad = (cell, width, column) => (column ? cell.padStart(width) : cell.padEnd(width));
const short = (us) => (Math.abs(us) < 9.95 ? us.toFixed(1) : us.toFixed(0));
const signed = (ms) => `${ms < 0 ? "" : "+"}${ms.toFixed(1)}`;
const whole = (us) => us.toFixed(0);
const ratio = (us, yard) => (us < RATIO_FLOOR ? "" : ` (${(yard / us).toFixed(yard / us < 10 ? 1 : 0)}×)`);

if (process.argv[1] === import.meta.filename) {
  const [json, page] = process.argv.slice(2);
  if (!json || !page) throw new Error("usage: node bench/table.mjs FILE.json docs/bench.md");
  writeBetweenMarkers(page, JSON.parse(readFileSync(json, "utf8")));
}
