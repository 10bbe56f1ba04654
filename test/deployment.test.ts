import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parse, parseAllDocuments } from "yaml";
import { commandTree } from "../src/cli.ts";
import type { Host } from "../src/commands/host.ts";
import { show } from "./process/shown.ts";

const test = suite("files for deployment");

const root = join(import.meta.dirname, "..");
const read = (path: string) => readFileSync(join(root, path), "utf8");
const tree = commandTree({} as Host);

/** Fails unless these words after `clockd` are a command and flags that it has. */
function assertKnown(words: readonly string[], where: string): void {
  const command = tree.commands.find((one) => one.words[0] === words[0]);
  assert.ok(command || words[0]?.startsWith("-"), `${where}: there is no clockd ${words[0]}`);
  const { options } = command ?? tree;
  for (const word of words.filter((word) => word.startsWith("-"))) {
    const isKnown = options.some(({ name, alias }) => [`--${name}`, `-${alias}`].includes(word));
    assert.ok(isKnown, `${where}: clockd ${command?.words ?? ""} has no ${word}`);
  }
}

test("the Procfile starts what there is, with a file that is good", async () => {
  const lines = read("Procfile").trim().split("\n");
  assert.equal(
    lines.map((line) => line.split(": ")[0]),
    ["clock", "worker"],
  );
  for (const line of lines) {
    const [program, ...words] = line.split(": ")[1]!.split(" ");
    assert.is(program, "clockd");
    assertKnown(words, line);
    await assertGood(words[words.indexOf("--config") + 1]!);
  }
});

async function assertGood(file: string): Promise<void> {
  const { code, stdout } = await show(["validate", join(root, file)]);
  assert.is(code, 0, stdout.join("\n"));
}

test("the image starts, and asks for its health by, what there is", () => {
  const dockerfile = read("Dockerfile").replaceAll("\\\n", " ");
  const lists = [...dockerfile.matchAll(/^(CMD|HEALTHCHECK .*?CMD) +(\[.*\])$/gm)];
  const [health, command] = lists.map(([, , list]) => JSON.parse(list!) as string[]);
  assert.is(health!.shift(), "clockd");
  assertKnown(health!, "HEALTHCHECK");
  assertKnown(command!, "CMD");
  assert.match(dockerfile, /^ENTRYPOINT \["clockd"\]$/m);
  assertScripts([...dockerfile.matchAll(/npm run (\S+)/g)].map(([, name]) => name!));
});

function assertScripts(names: readonly string[]): void {
  const { scripts } = JSON.parse(read("package.json"));
  for (const name of names) assert.ok(name in scripts, `there is no npm run ${name}`);
}

test("the services of compose.yml start what there is, and are stopped no sooner than drained", async () => {
  const { services } = parse(read("compose.yml"), { merge: true });
  for (const name of ["clock", "worker"]) {
    const { command, volumes } = services[name];
    assertKnown(command, name);
    await assertGood(volumes[0].split(":")[0]);
  }
  const { command, stop_grace_period } = services.worker;
  const drain = Number.parseInt(command[command.indexOf("--drain") + 1], 10);
  assert.ok(Number.parseInt(stop_grace_period, 10) > drain + 10);
});

test("the deployments of Kubernetes start what there is, with jobs that are good", async () => {
  const documents = parseAllDocuments(read("deploy/kubernetes.yml"));
  assert.equal(
    documents.flatMap(({ errors }) => errors),
    [],
  );
  const objects = documents.map((document) => document.toJS());
  const { data } = objects.find(({ kind }) => kind === "ConfigMap");
  const { code, stdout } = await show(["validate", "-"], { input: data["schedules.yml"] });
  assert.is(code, 0, stdout.join("\n"));
  const deployments = objects.filter(({ kind }) => kind === "Deployment");
  assert.is(deployments.length, 2);
  for (const { metadata, spec } of deployments) {
    const { containers, volumes } = spec.template.spec;
    const [{ args, readinessProbe, volumeMounts }] = containers;
    assertKnown(args, metadata.name);
    if (readinessProbe) assertKnown(readinessProbe.exec.command.slice(1), "readinessProbe");
    assert.ok(args.includes(`${volumeMounts[0].mountPath}/schedules.yml`));
    assert.is(volumeMounts[0].subPath, undefined);
    assert.is(volumeMounts[0].name, volumes[0].name);
    assert.equal(spec.selector.matchLabels, spec.template.metadata.labels);
  }
});

test("the units start what there is, with the files that the package has", async () => {
  for (const unit of ["clockd", "clockd-worker"]) {
    const text = read(`packaging/debian/${unit}.service`);
    const [, line] = /^ExecStart=\/usr\/bin\/clockd (.*)$/m.exec(text)!;
    assertKnown(line!.split(" "), unit);
    assert.match(line!, "--config /etc/clockd/schedules.yml");
  }
  await assertGood("packaging/debian/schedules.yml");
});

test("the hook of pre-commit, and the workflow, call what there is", () => {
  const [hook] = parse(read(".pre-commit-hooks.yaml"));
  assertKnown(hook.entry.split(" ").slice(1), "entry");
  assert.ok(new RegExp(hook.files).test("jobs/schedules.yml"));
  const workflow = read(".github/workflows/ci.yml");
  assert.ok(parse(workflow).jobs.test);
  assertScripts([...workflow.matchAll(/npm run (\S+)/g)].map(([, name]) => name!));
  for (const [path] of workflow.matchAll(/\.\/\.?[a-z/]+/g))
    assert.ok(existsSync(join(root, path)));
});

test.run();
