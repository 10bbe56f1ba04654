import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Facts, fillIn, PLACEHOLDERS } from "../../src/config/placeholders.ts";

const facts = (more: Record<string, string | number | null>): Facts => ({
  ...(Object.fromEntries(PLACEHOLDERS.map((name) => [name, null])) as unknown as Facts),
  ...more,
});

const test = suite("placeholders");

test("a text has them replaced, and one that is nothing else keeps the kind of what it is", () => {
  const filled = fillIn(
    { a: "{{job}}/{{ attempt }}", b: ["{{attempt}}", "{{signal}}", " {{job}} "], "{{job}}": 1 },
    facts({ job: "reports", attempt: 3 }),
  );
  assert.equal(filled, { a: "reports/3", b: [3, null, "reports"], "{{job}}": 1 });
});

test("what there is none of is nothing in the middle of a text", () => {
  assert.is(fillIn("<{{signal}}>", facts({})), "<>");
});

test("braces that are no placeholder stay as they are", () => {
  const text = "{job} {{ {{}} {{a b}} {{1}} }} $";
  assert.is(fillIn(text, facts({ job: "reports" })), text);
});

test("what is filled in is not looked through again", () => {
  const filled = fillIn("tail: {{tail}}", facts({ tail: "{{job}} $& $1", job: "reports" }));
  assert.is(filled, "tail: {{job}} $& $1");
});

test("whatever output says, JSON with it is read again as it was", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (tail) => {
      const filled = fillIn({ text: "[{{tail}}]", list: ["{{tail}}"] }, facts({ tail }));
      assert.equal(JSON.parse(JSON.stringify(filled)), { text: `[${tail}]`, list: [tail] });
    }),
    { numRuns: 2000 },
  );
});

test.run();
