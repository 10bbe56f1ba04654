import * as fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { loadText } from "../../src/config/load.ts";
import { formatText } from "../../src/format/format.ts";

const test = suite("the style of a file");

const format = (text: string) => {
  const formatted = formatText(text, "schedules.yml");
  assert.ok("text" in formatted, JSON.stringify(formatted));
  return formatted.text;
};

test("spaces, quotes, brackets and empty lines come into one style", () => {
  const ugly = `version:   1


# about defaults


defaults: {  timezone: 'Europe/Berlin',   timeout: "10m" }
jobs:
    a:
        cron: '0 5 * * *'   # five
        run: "echo \\"x\\""
    b: {every: 1h, run: 'date'}
    c: {every: 1h, run: date}
    d:
        every: 5s
        run:
        - node
        # inside
        - 'tasks/poll.js'


`;
  assert.is(
    format(ugly),
    `version: 1

# about defaults

defaults: {timezone: Europe/Berlin, timeout: "10m"}

jobs:
  a:
    cron: "0 5 * * *" # five
    run: "echo \\"x\\""

  b: {every: 1h, run: date}
  c: {every: 1h, run: date}

  d:
    every: 5s
    run:
      - node
      # inside
      - tasks/poll.js
`,
  );
});

test("a comment stays with what follows it, also below a block with a comment at its end", () => {
  const text = `version: 1

defaults:
  timeout: 10m
  # queue: slow

# the jobs
jobs:
  a:
    every: 1h
    run: date
    # overlap: queue

  # about b
  b: {every: 1h, run: date}
  # last in jobs

# at the end
`;
  assert.is(format(text), text);
});

test("what env takes as it is written stays as it is written", () => {
  const env = "{A: 1.10, B: +5, C: 0x1F, D: True, E: \"yes\", F: '012', G: 1e3}";
  const text = format(`version: 1\njobs:\n  a: {every: 1h, run: date, env: ${env}}\n`);
  assert.match(text, 'A: 1.10, B: +5, C: 0x1F, D: True, E: "yes", F: "012", G: 1e3');
});

test("line breaks of Windows stay, a byte order mark goes", () => {
  const text = "version: 1\r\njobs:\r\n  a: {every: 1h, run: date}\r\n";
  assert.is(format(`\uFEFF${text}`), text);
});

test("what is no YAML, or says a key twice, is a problem with its place", () => {
  for (const [text, line, code] of [
    ["version: 1\njobs: {a: [", 2, "CONFIG_YAML"],
    ["version: 1\njobs:\n\ta: 1\n", 3, "CONFIG_YAML"],
    ["version: 1\njobs:\n  a: {run: x, run: y}\n", 3, "CONFIG_DUPLICATE_KEY"],
    ["", 1, "CONFIG_EMPTY"],
    ["version: 1\n---\nversion: 1\n", 2, "CONFIG_DOCUMENTS"],
  ] as const) {
    const formatted = formatText(text, "x.yml");
    assert.ok("problems" in formatted, text);
    assert.is(formatted.problems[0]?.line, line, JSON.stringify(formatted));
    assert.is(formatted.problems[0]?.code, code);
  }
});

test("any file means the same afterwards, keeps its comments, and a second time changes nothing", () => {
  const word = fc.stringMatching(/^[a-z][a-z0-9 ]{0,8}$/);
  const text = fc.oneof(
    word,
    fc.constantFrom(
      "yes",
      "0 5 * * *",
      "1.10",
      "a: b",
      "# no",
      "",
      "~",
      "it's",
      'say "x"',
      "\\n",
      " x",
    ),
    fc.string({ maxLength: 12 }),
  );
  const quoted = text.map((value) => JSON.stringify(value));
  const single = word.map((value) => `'${value}'`);
  const scalar = fc.oneof(quoted, single, fc.constantFrom("1.10", "+5", "true", "plain text"));
  const flow = fc.array(scalar, { minLength: 1, maxLength: 12 });
  const comment = fc.option(word, { nil: undefined });
  const blank = fc.nat({ max: 3 });
  const job = fc.record({
    comment,
    trailing: comment,
    end: comment,
    blank,
    scalar,
    flow,
    wide: fc.boolean(),
  });
  const write = (jobs: (typeof job extends fc.Arbitrary<infer T> ? T : never)[]) => {
    const lines = ["version: 1", "jobs:"];
    for (const [index, one] of jobs.entries()) {
      if (one.comment !== undefined) lines.push(`   # ${one.comment}`);
      lines.push(`   job${index}:${one.trailing === undefined ? "" : ` # ${one.trailing}`}`);
      lines.push("     every:   1h", "     run: [date]", `     description: ${one.scalar}`);
      const list = one.flow.join(one.wide ? ",\n         " : ", ");
      lines.push(`     payload: [ ${list} ]`, ...Array(one.blank).fill(""));
      if (one.end !== undefined) lines.push(`     # ${one.end}`);
    }
    return `${lines.join("\n")}\n`;
  };
  const options = { file: "x.yml", role: "validate", environment: {}, now: 0 } as const;
  const meaning = (file: string) => {
    const { config, problems } = loadText(file, options);
    const jobs = [...(config?.jobs.values() ?? [])].map(({ schedule, ...job }) => job);
    return [jobs, problems.map(({ code }) => code)];
  };
  const comments = (file: string) =>
    (file.match(/# [a-z][a-z0-9 ]*$/gm) ?? []).map((c) => c.trim());
  fc.assert(
    fc.property(fc.array(job, { minLength: 1, maxLength: 4 }), (jobs) => {
      const before = write(jobs);
      const after = format(before);
      assert.equal(meaning(after), meaning(before));
      assert.equal(comments(after).sort(), comments(before).sort());
      assert.is(format(after), after);
    }),
    { numRuns: 300 },
  );
});

test.run();
