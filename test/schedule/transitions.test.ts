import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compileSchedule } from "../../src/schedule/compile.ts";
import { type PlainSpec, referenceSlots } from "./reference.ts";
import { AFRICA } from "./transitions-africa.ts";
import { AMERICAS } from "./transitions-americas.ts";
import { ASIA } from "./transitions-asia.ts";
import { EUROPE } from "./transitions-europe.ts";
import { PACIFIC } from "./transitions-pacific.ts";

const test = suite("transitions");

/**
 * A table has sections, `# ZONE DATE: what the clock does`, of rows `what | pattern (dst override) |
 * from | slots`: `from` is UTC, and the slots are the first ones after it as the zone's clock shows
 * them. They were worked out from the zones' history, with no help from the code under test.
 */
interface Row {
  name: string;
  spec: PlainSpec;
  from: number;
  slots: string[];
}

const ROWS = [EUROPE, AMERICAS, PACIFIC, AFRICA, ASIA].flatMap(readTable);

function readTable(table: string): Row[] {
  let zone = "";
  let date = "";
  const rows: Row[] = [];
  for (const line of table.trim().split("\n")) {
    if (line.startsWith("# "))
      [zone, date] = line.slice(2, line.indexOf(": ")).split(" ") as [string, string];
    else if (line !== "") rows.push(readRow(line, zone, date));
  }
  return rows;
}

function readRow(line: string, timezone: string, date: string): Row {
  const [what, when, from, slots] = line.split(" | ") as [string, string, string, string];
  const [pattern, override = ""] = when.split(" (") as [string, string?];
  const [key, value] = override.replace(")", "").split(": ");
  return {
    name: `${timezone} ${date}, ${what}: ${when}`,
    spec: { timezone, cron: [pattern], ...(value ? { dst: { [key!]: value } } : {}) },
    from: Date.parse(from),
    slots: slots.split(" "),
  };
}

/** `2026-03-29T03:00+02:00`, with seconds where there are any: a form independent of clockd's. */
function show(slot: number, zone: string): string {
  const at = Temporal.Instant.fromEpochMilliseconds(slot).toZonedDateTimeISO(zone);
  const time = at.toPlainDateTime().toString({ smallestUnit: at.second ? "second" : "minute" });
  return time + at.offset;
}

for (const { name, spec, from, slots } of ROWS) {
  test(name, () => {
    const compiled = compileSchedule(spec);
    if ("problems" in compiled) throw new Error(JSON.stringify(compiled.problems));
    const found: string[] = [];
    let slot: number | undefined = from;
    for (const _ of slots) {
      slot = compiled.schedule.next(slot);
      if (slot === undefined) break;
      found.push(show(slot, spec.timezone));
    }
    assert.equal(found, slots);
  });
}

test("the slow reference agrees with every row, so that it may judge what no row says", () => {
  for (const { name, spec, from, slots } of ROWS) {
    const until = Temporal.Instant.from(slots.at(-1)!).epochMilliseconds;
    const found = referenceSlots(spec, from, until).map((slot) => show(slot, spec.timezone));
    assert.equal(found, slots, name);
  }
});

test("no row is lost in reading, and none is told twice", () => {
  assert.ok(ROWS.length >= 600, `${ROWS.length} rows`);
  assert.is(new Set(ROWS.map((row) => row.name)).size, ROWS.length);
  assert.ok(new Set(ROWS.map((row) => row.spec.timezone)).size >= 20);
});

test.run();
