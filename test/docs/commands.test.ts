import { spawn } from "node:child_process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runClockd } from "../support/process.ts";
import { blocks } from "./blocks.ts";
import { ground } from "./ground.ts";

const test = suite("commands that the pages show");

const LIMIT_MS = 120_000;

/** Runs it as a person would who pastes it line by line, and stops at the first that fails. */
function paste(script: string, { path: cwd, env }: { path: string; env: Record<string, string> }) {
  const shell = spawn("bash", ["-eu", "-o", "pipefail", "-c", script], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: LIMIT_MS,
  });
  let output = "";
  for (const stream of [shell.stdout, shell.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      output += text;
    });
  }
  return new Promise<{ code: number | null; output: string }>((resolve, reject) => {
    shell.once("error", reject);
    shell.once("close", (code) => resolve({ code, output }));
  });
}

for (const { where, text, marks } of blocks().filter(({ language }) => language === "sh")) {
  if (marks.includes("elsewhere")) continue;
  test(`${where} works as it stands`, async () => {
    const place = ground({ isEmpty: marks.includes("empty") });
    // What is going on can only be shown where something is.
    const clockd = marks.includes("running") ? runClockd(["up"], { cwd: place.path }) : undefined;
    await clockd?.waitFor(({ entry }) => entry.event === "clock.leading", 30_000, "a leader");
    const { code, output } = await paste(text, place);
    await clockd?.stop();
    place.remove();
    assert.is(code, 0, output);
  });
}

test.run();
