import { execFileSync } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { RunTask, Starting } from "../../src/config/config.ts";
import { type Accounts, systemAccounts } from "../../src/worker/accounts.ts";
import { identityOf, type Own, ownIdentity } from "../../src/worker/identity.ts";
import { sqlite } from "../support/ground.ts";
import { fireOf, job, rig } from "./rig.ts";

const test = suite("who a command runs as");

const DEPLOY = { name: "deploy", uid: 1000, gid: 100, home: "/home/deploy", shell: "/bin/zsh" };
const accounts: Accounts = {
  user: (key) => (key === "deploy" || key === "1000" ? DEPLOY : undefined),
  group: (key) => (key === "www" || key === "33" ? 33 : undefined),
};
const ROOT: Own = { uid: 0, gid: 0, mayBeUser: true, mayBeGroup: true };
const PLAIN: Own = { uid: 1000, gid: 100, mayBeUser: false, mayBeGroup: false };

const become = (starting: Starting, own = ROOT) => {
  const identity = identityOf(starting, accounts, own);
  return "refused" in identity ? identity.refused : identity.become;
};

test("a user has its own main group and its other groups, by name and by number", () => {
  const expected = { user: "deploy", gid: 100, groups: "init" };
  assert.equal(become({ user: "deploy" }), expected);
  assert.equal(become({ user: "1000" }), expected);
  assert.equal(become({ user: "deploy", group: "www" }), { ...expected, gid: 33 });
});

test("a user that the machine does not know may be a number beside a group", () => {
  assert.equal(become({ user: "4242", group: "55" }), { user: "4242", gid: 55, groups: "clear" });
  assert.match(become({ user: "4242" }) as string, /needs a group$/);
  assert.equal(identityOf({ user: "4242", group: "55" }, accounts, ROOT), {
    env: { HOME: "/", USER: "4242", LOGNAME: "4242", SHELL: "/bin/sh" },
    become: { user: "4242", gid: 55, groups: "clear" },
  });
});

test("a group alone leaves the user and its other groups as they are", () => {
  assert.equal(become({ group: "www" }), { gid: 33, groups: "keep" });
});

test("whoever is that user already needs to become nobody", () => {
  for (const starting of [{}, { user: "deploy" }, { user: "deploy", group: "100" }]) {
    assert.is(become(starting, PLAIN), undefined);
  }
  assert.is(become({ group: "100" }, PLAIN), undefined);
  const { env } = identityOf({ user: "deploy" }, accounts, PLAIN) as { env: object };
  const { name, home } = DEPLOY;
  assert.equal(env, { HOME: home, USER: name, LOGNAME: name, SHELL: "/bin/zsh" });
});

test("whoever has not the right is told so", () => {
  const refused = (starting: Starting, own: Own) => become(starting, own) as string;
  const other = { ...PLAIN, uid: 7 };
  assert.is(
    refused({ user: "deploy" }, other),
    "cannot run as user deploy: this worker is user 7 and not root",
  );
  assert.match(refused({ user: "deploy", group: "www" }, PLAIN), /^cannot run as user deploy: /);
  assert.match(refused({ group: "www" }, PLAIN), /^cannot run as group www: this worker is user/);
  const powerless = { ...ROOT, mayBeUser: false };
  assert.match(refused({ user: "deploy" }, powerless), /root without the right .*CAP_SETUID/);
});

test("a name that the machine does not know is told", () => {
  assert.match(become({ user: "dploy" }) as string, /^cannot run as user dploy: this machine/);
  assert.match(become({ group: "wwww" }) as string, /^cannot run as group wwww: this machine/);
});

test("users and groups are those of the machine", () => {
  const id = (flag: string, user: string) =>
    execFileSync("id", [flag, user], { encoding: "utf8" }).trim();
  const { user, group } = systemAccounts();
  for (const name of ["root", "nobody"]) {
    const found = user(name)!;
    assert.equal([`${found.uid}`, `${found.gid}`], [id("-u", name), id("-g", name)]);
    assert.equal(user(`${found.uid}`), found);
    assert.is(group(id("-gn", name)), found.gid);
  }
  assert.equal([user("no-such-user"), user("987654321"), group("no-such-group")], Array(3));
});

/** Runs `command` with these fields in a worker. */
async function run(command: string, starting: Partial<RunTask>) {
  const made = rig(sqlite(), {});
  try {
    const { task, ...rest } = job("a", command);
    made.jobs.set("a", { ...rest, task: { ...(task as RunTask), ...starting } });
    await made.heard("worker.taking");
    await made.send(fireOf("a"));
    await made.heard("run.finished");
    const lines = made.events.flatMap((event) => (event.type === "run.output" ? event.line : []));
    const folder = statSync(made.folder).isDirectory() ? made.folder : "";
    const [record] = await made.ledger(1);
    return { lines, folder, record: record! };
  } finally {
    await made.end();
  }
}

const isRoot = ownIdentity().mayBeUser;

test("a worker that is root runs a command as its user, in that user's groups alone", async () => {
  const shown = 'id -u; id -g; id -G; echo "$HOME $USER $LOGNAME $SHELL"; umask';
  const before = process.getgroups!();
  // Groups of the worker's own, that the command must not have.
  if (isRoot) process.setgroups!([4, 20]);
  const user = isRoot ? "nobody" : "root";
  const { lines, record } = await run(shown, { user, umask: "077" });
  if (isRoot) process.setgroups!(before);
  if (!isRoot) {
    assert.is(record.outcome, "not-started");
    assert.match(record.reason!, /^cannot run as user root: this worker is user \d+ and not root/);
    return;
  }
  const id = (flag: string) => execFileSync("id", [flag, "nobody"], { encoding: "utf8" }).trim();
  const { home } = systemAccounts().user("nobody")!;
  const variables = `${home} nobody nobody /bin/sh`;
  assert.equal(lines, [id("-u"), id("-g"), id("-G"), variables, "0077"]);
});

test("a command that loads something has it loaded as its user, not as root", async () => {
  if (!isRoot)
    return assert.match((await run("true", { user: "root" })).record.reason!, "not root");
  // The loader complains once for each program that it loads into.
  const env = { LD_PRELOAD: "/no/such/library.so", PATH: "/usr/bin:/bin" };
  const { lines, record } = await run("id -u", { user: "nobody", env, nice: 1 });
  assert.is(record.outcome, "exited");
  const complaints = lines.filter((line) => line.includes("cannot be preloaded"));
  // The shell of the text, and `id`: neither setpriv nor nice nor the shells before it.
  assert.is(complaints.length, 2, lines.join("\n"));
});

test("a user that is not there is no reason to run as another", async () => {
  const { record, folder } = await run("touch ran", { user: "no-such-user" });
  assert.is(record.outcome, "not-started");
  assert.is(record.reason, "cannot run as user no-such-user: this machine has none of that name");
  assert.not.ok(statSync(join(folder, "ran"), { throwIfNoEntry: false }));
});

test("what a worker's file says reaches the process", async () => {
  const { lines } = await run("umask; nice; ulimit -n; cat; echo $CLOCKD_JOB$SECRET", {
    ...{ umask: "027", nice: 5, limits: { openFiles: 50 }, stdin: "none", inheritEnv: false },
  });
  assert.equal(lines, ["0027", "5", "50", "a"]);
});

test.run();
