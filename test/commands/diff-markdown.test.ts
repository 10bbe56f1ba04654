import { suite } from "uvu";
import * as assert from "uvu/assert";
import { diffMarkdown } from "../../src/commands/diff-markdown.ts";
import { diffText } from "../../src/commands/diff-text.ts";
import { markdownCode, markdownText } from "../../src/commands/markdown.ts";
import { reviewConfigs } from "../../src/review/review.ts";
import { zoneNamed } from "../../src/schedule/zone.ts";
import { configOf } from "../support/config.ts";

const test = suite("differences in a comment");

const zone = zoneNamed("UTC")!;
const FROM = Date.parse("2026-12-01T00:00Z");

function shown(before: string, after: string, old = "old.yml") {
  const window = { from: FROM, to: FROM + 86_400_000 };
  const review = reviewConfigs(configOf(before), configOf(after), window);
  return { review, old, new: "new.yml", zone };
}

const file = (jobs: string) => `version: 1\njobs:\n${jobs}`;

test("the short of it comes first, and the rest is folded away", () => {
  const before = file("  a: {every: 5m, run: date}\n");
  const lines = diffMarkdown(shown(before, before.replace("5m", "10m"))).split("\n");
  assert.is(lines[0], "### Schedules: `old.yml` → `new.yml`");
  assert.match(lines[2]!, /^\*\*1 job changed, 0 as before\.\*\*/);
  const details = lines.indexOf("<details><summary>Changed (1)</summary>");
  assert.ok(details > 0);
  assert.ok(lines.slice(details).includes("| `a` | `every` | `5m` | `10m` |"));
  assert.is(lines.slice(0, details).filter((line) => line.startsWith("<details>")).length, 0);
});

test("no value can end its cell, its row or its code, nor mention a person", () => {
  const nasty = "a|b`c\\r\\n| x | @team <script> </details> *b* 100%";
  const before = file("  a: {every: 5m, run: date}\n");
  const after = file(`  a: {every: 5m, run: "${nasty}", description: "x\\ny|z"}\n`);
  const text = diffMarkdown(shown(before, after, "we|ird`\n.yml"));
  const rows = text.split("\n").filter((line) => line.startsWith("| `a`"));
  assert.ok(rows.length >= 2, text);
  for (const row of rows) assert.is(row.split("|").length, 6, row);
  assert.not.match(text, /@team|<script>|\*b\*/);
  assert.is(text.split("</details>").length, text.split("<details>").length);
});

test("code stays code where it can, and becomes entities where it cannot", () => {
  assert.is(markdownCode("*/5 * * * *"), "`*/5 * * * *`");
  assert.is(markdownCode("a`|b"), "<code>a&#96;&#124;b</code>");
  assert.is(markdownCode(""), "<code>&#32;</code>");
  assert.is(
    markdownText("see https://x.y #12 :tada: 09:30:00"),
    "see https&#58;//x.y &#35;12 &#58;tada: 09:30:00",
  );
});

test("a thousand changed jobs are a comment that can still be posted, and what is left out is said", () => {
  const many = (run: string) =>
    file(
      Array.from(
        { length: 1000 },
        (_, index) =>
          `  job-${index}: {every: 1${index % 9}m, run: "${run} ${"x".repeat(300)} ${index}"}\n`,
      ).join(""),
    );
  const shownDiff = shown(many("old"), many("new").replaceAll("every: 1", "every: 2"));
  const text = diffMarkdown(shownDiff);
  assert.ok(text.length < 65_000, `${text.length} characters`);
  assert.match(text, /… and [\d,]+ more: see `clockd diff`/);
  assert.match(text, "<details><summary>Changed (2,000)</summary>");
  assert.match(text, "<details><summary>Slots (1,000)</summary>");
  assert.is(diffText(shownDiff, false).split("\n~ ").length, 1001, "a terminal gets all of them");
});

test("colours are only for terminals that want them, and none of them is red or green", () => {
  const before = file("  a: {every: 5m, run: date}\n");
  const one = shown(before, before.replace("5m", "10m"));
  assert.not.match(diffText(one, false), "\u001b");
  const parts = diffText(one, true).split("\u001b[").slice(1);
  const used = new Set(parts.map((part) => part.slice(0, part.indexOf("m"))));
  assert.ok(used.size > 2);
  for (const code of ["31", "32", "91", "92"]) assert.not.ok(used.has(code), code);
});

test.run();
