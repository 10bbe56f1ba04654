import { suite } from "uvu";
import * as assert from "uvu/assert";
import { cli, commandTree } from "../../src/cli.ts";
import { complete } from "../../src/commands/complete.ts";
import type { Host } from "../../src/commands/host.ts";

const test = suite("what may come next on a command line");

const tree = commandTree({} as Host);
const asked: (string | undefined)[] = [];
const jobs = async (config: string | undefined) => {
  asked.push(config);
  return ["reports", "poll-orders"];
};
const after = async (...words: string[]) => {
  const found = await complete(tree, words, jobs);
  return found === "files" ? found : found.map(({ value }) => value);
};

test.before.each(() => void asked.splice(0));

test("is a command, and a command of a command", async () => {
  assert.equal(await after("val"), ["validate"]);
  assert.equal(await after("dead", ""), ["list", "show", "retry", "drop"]);
  assert.equal(await after("nonsense", ""), []);
});

test("is a flag that is not there yet, or that may be repeated", async () => {
  assert.equal(await after("status", "--tim"), ["--timezone"]);
  assert.equal(await after("status", "--json", "--js"), []);
  assert.equal(await after("worker", "--queue", "a", "--que"), ["--queue"]);
  assert.equal(await after("status", "-c", "a.yml", "--conf"), []);
});

test("is one of a flag's values, however it is spelt", async () => {
  assert.equal(await after("--log-format", ""), ["auto", "json", "human"]);
  assert.equal(await after("--log-format", "=", "j"), ["json"]);
  assert.equal(await after("--log-format=j"), ["--log-format=json"]);
  assert.equal(await after("--broker", ""), []);
  assert.equal(await after("completion", "f"), ["fish"]);
});

test("is a file where one is asked for", async () => {
  assert.is(await after("--config", ""), "files");
  assert.is(await after("status", "-c", ""), "files");
  assert.is(await after("validate", "one.yml", ""), "files");
  assert.is(await after("diff", "one.yml", ""), "files");
  assert.is(await after("test", ""), "files");
});

test("is a job of the file that is named, where a job is asked for", async () => {
  assert.equal(await after("trigger", "rep"), ["reports"]);
  assert.equal(await after("pause", "reports", "po"), ["poll-orders"]);
  assert.equal(await after("dead", "retry", "--job", ""), ["reports", "poll-orders"]);
  assert.equal(await after("logs", ""), ["reports", "poll-orders"]);
  await after("trigger", "-c", "other.yml", "");
  await after("trigger", "--config=third.yml", "");
  assert.equal(asked, [undefined, undefined, undefined, undefined, "other.yml", "third.yml"]);
});

test("is no second job where one is enough, and no file is read for flags", async () => {
  assert.equal(await after("trigger", "reports", ""), []);
  assert.equal(await after("trigger", "--pay"), ["--payload"]);
  assert.equal(asked, []);
});

test("knows every command and flag that the help names", async () => {
  let checked = 0;
  const check = async (node: typeof tree): Promise<void> => {
    let help = "";
    const spy = console.log;
    console.log = (text: string) => (help = text);
    await cli([...node.words, "--help"], { err() {} } as unknown as Host);
    console.log = spy;
    const flags = [...help.matchAll(/^ +(?:-\w, )? *--([a-z-]+)/gm)].map(([, name]) => name!);
    const known = node.options.map(({ name }) => name);
    assert.equal(
      flags.filter((name) => !["help", "version"].includes(name)).sort(),
      known.toSorted(),
      `clockd ${node.words.join(" ")}`,
    );
    checked += flags.length;
    for (const command of node.commands) await check(command);
  };
  await check(tree);
  assert.ok(checked > 60, String(checked));
});

test.run();
