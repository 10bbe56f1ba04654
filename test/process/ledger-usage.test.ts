import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createRig, type Rig } from "./rig.ts";
import { show } from "./shown.ts";

const test = suite<{ rig: Rig }>("a question about the ledger that is refused at once");

test.before.each((context) => {
  // Whoever asked it would be refused with another code.
  context.rig = createRig("amqp://127.0.0.1:1");
  context.rig.write(`  job: {every: 1h, run: "true"}\n`);
});
test.after.each(({ rig }) => rig.close());

function ask({ file, url }: Rig, ...args: string[]) {
  return show([...args, "--config", file, "--broker", url]);
}

test("a file that is refused is exit code 78, with its problems", async ({ rig }) => {
  rig.write("  job: {every: 1h, rum: date}\n");
  const { code, stdout, stderr } = await ask(rig, "status");
  assert.equal([code, stdout], [78, []]);
  assert.match(stderr[0]!, /schedules\.yml:4:\d+ error CONFIG_/);
  const none = await show(["status", "--config", `${rig.file}.none`, "--broker", rig.url]);
  assert.is(none.code, 78);
  assert.match(none.stderr[0]!, "CONFIG_NOT_FOUND");
});

test("what cannot be understood is exit code 2 with a sentence", async ({ rig }) => {
  for (const [args, expected] of [
    [["status", "--namespace", "Shop"], /--namespace takes .*, got "Shop"/],
    [["status", "--namespace", "amq.x"], /--namespace takes/],
    [["status", "--timezone", "Berlin"], /"Berlin" is not a time zone/],
    [["status", "--jsn"], /jsn \(did you mean json\?\)/],
    [["history", "--since", "yesterday"], /--since takes .*, got "yesterday"/],
    [["history", "--since", "2026-01-02", "--until", "2026-01-01"], /--until is before --since/],
    [["history", "--limit", "0"], /--limit takes a whole number/],
  ] as const) {
    const { code, stderr } = await ask(rig, ...args);
    assert.is(code, 2, args.join(" "));
    assert.match(stderr[0]!, expected);
  }
  const password = await show(["status", "-c", rig.file, "--broker", "http://me:s3cr3t@host"]);
  assert.is(password.code, 2);
  assert.not.match(password.stderr.join(), "s3cr3t");
});

test("the command that was meant is named, and each one has an example", async () => {
  assert.match((await show(["statsu"])).stderr[0]!, "did you mean status?");
  for (const command of ["status", "history", "trigger", "pause", "resume", "dead list"]) {
    const { code, stdout } = await show([...command.split(" "), "--help"]);
    assert.is(code, 0);
    assert.match(stdout.join("\n"), new RegExp(`Examples:\\n +clockd ${command}\\b`));
  }
});

test.run();
