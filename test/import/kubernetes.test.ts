import { suite } from "uvu";
import * as assert from "uvu/assert";
import { importKubernetes } from "../../src/import/kubernetes.ts";
import { carry, refusal } from "./carried.ts";

const test = suite("importing CronJobs of Kubernetes");

const run = (job: { task: object } | undefined) => job?.task as Record<string, unknown>;

const manifest = (name: string, spec: string, container: string, job = "") => `apiVersion: batch/v1
kind: CronJob
metadata: {name: ${name}}
spec:
  schedule: "*/10 * * * *"
  ${spec}
  jobTemplate:
    spec:
      ${job}
      template:
        spec:
          restartPolicy: OnFailure
          containers:
          - {name: main, ${container}}
`;

test("schedule, rules and command of a CronJob are those of a job", () => {
  const text = manifest(
    "reports",
    "{timeZone: Europe/Berlin, concurrencyPolicy: Forbid, startingDeadlineSeconds: 90, suspend: true}"
      .slice(1, -1)
      .replaceAll(", ", "\n  "),
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as it is written
    'image: "shop:1", command: [node, report.js], args: [--short], workingDir: /srv, env: [{name: KIND, value: "${X}"}]',
    "backoffLimit: 2\n      activeDeadlineSeconds: 600",
  );
  const { jobs, left, draft } = carry(importKubernetes, text);
  assert.equal(left, {});
  const { reports } = jobs;
  assert.equal(reports?.spec.cron, ["*/10 * * * *"]);
  assert.equal([reports?.timezone, reports?.paused], ["Europe/Berlin", true]);
  assert.equal([reports?.catchUp.run, reports?.catchUp.within], ["latest", 90_000]);
  const task = run(reports);
  assert.equal(task.command, ["node", "report.js", "--short"]);
  assert.equal([task.overlap, task.timeout, task.cwd], ["skip", 600_000, "/srv"]);
  // biome-ignore lint/suspicious/noTemplateCurlyInString: as it is written
  assert.equal(task.env, { KIND: "${X}" });
  assert.is((task.retry as { attempts: number }).attempts, 3);
  assert.match(JSON.stringify(draft.entries), "it ran in the image shop:1");
});

test("several documents and lists are gone through, and what is no CronJob is told", () => {
  const one = manifest("one", "", "image: a, command: [x]");
  const list = `kind: List\nitems:\n- ${manifest("two", "", "image: b, command: [y]").trim().replaceAll("\n", "\n  ")}\n- {kind: Service, metadata: {name: web}}\n`;
  const { jobs, draft } = carry(importKubernetes, `${one}---\n${list}---\n`);
  assert.equal(Object.keys(jobs), ["one", "two"]);
  assert.equal(
    draft.remarks.map(({ text }) => text),
    ["Service web: is no CronJob"],
  );
});

test("an image without a command is run by Docker, with its variables", () => {
  const text = manifest("img", "", 'image: "me/app:1", args: [all], env: [{name: A, value: "1"}]');
  assert.equal(run(carry(importKubernetes, text).jobs.img).command, [
    "docker",
    "run",
    "--rm",
    "-e",
    "A",
    "me/app:1",
    "all",
  ]);
});

test("secrets, further containers and settings of the cluster are told, never dropped", () => {
  const text = manifest(
    "db",
    "",
    "image: a, command: [x], resources: {}, env: [{name: DB, valueFrom: {secretKeyRef: {name: s, key: url}}}], envFrom: [{configMapRef: {name: c}}]",
  ).replace(
    "containers:",
    "nodeSelector: {disk: ssd}\n          initContainers: [{name: migrate}]\n          containers:",
  );
  const { yaml, left } = carry(importKubernetes, `${text}          - {name: proxy, image: b}\n`);
  assert.match(yaml, "DB comes from secret s, key url: set it for the worker");
  assert.match(yaml, "its variables from config map c");
  assert.match(yaml, "without nodeSelector");
  assert.match(yaml, "container migrate (init) of db");
  assert.match(Object.values(left).join(), "container proxy of db: a job runs one command");
});

test("the schedule's own forms are understood: @every, a zone before it", () => {
  const every = manifest("a", "", "image: a, command: [x]").replace(
    '"*/10 * * * *"',
    '"@every 1h30m"',
  );
  assert.is(carry(importKubernetes, every).jobs.a?.spec.every, 5_400_000);
  const zone = manifest("a", "", "image: a, command: [x]").replace(
    "*/10",
    "CRON_TZ=Asia/Tokyo */10",
  );
  assert.is(carry(importKubernetes, zone).jobs.a?.timezone, "Asia/Tokyo");
  const wrong = manifest("a", "", "image: a, command: [x]").replace("*/10", "*/70");
  assert.match(Object.values(carry(importKubernetes, wrong).left).join(), "step 70");
});

test("what is no manifest of a CronJob is refused with what to give instead", () => {
  assert.match(refusal(importKubernetes, ""), "no resource at all");
  assert.match(refusal(importKubernetes, "kind: Deployment\n"), "only Deployment");
  assert.match(refusal(importKubernetes, "a: {{ .Values.x }}\n"), "helm template");
  assert.match(refusal(importKubernetes, "a: [\n"), "is no YAML, line");
  assert.match(refusal(importKubernetes, "* * * * * date\n"), "is no YAML");
  const bomb = `a: &a [x,x,x,x]\n${"bcdefghij"
    .split("")
    .map((k, i) => `${k}: &${k} [${`*${"abcdefghi"[i]},`.repeat(9)}]`)
    .join("\n")}\n`;
  assert.match(refusal(importKubernetes, bomb), "is no YAML");
  assert.match(refusal(importKubernetes, "[".repeat(20_000)), "is no YAML");
});

test.run();
