import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../support/folder.ts";
import { executable } from "../support/process.ts";
import { gitIn } from "../support/repository.ts";
import { blocks, ROOT } from "./blocks.ts";

/**
 * A folder as the pages suppose it: a repository with the README's file as `schedules.yml`, or nothing; and
 * `clockd` to be called.
 */
export function ground({ isEmpty = false } = {}): {
  path: string;
  env: Record<string, string>;
  remove(): void;
} {
  const folder = temporaryFolder("pages");
  if (!isEmpty) makeRepository(folder.path);
  const call = `#!/bin/sh
case "\${1-}" in
  "" | -* | worker | up) exec '${process.execPath}' '${ROOT}/test/docs/call.ts' "$@" ;;
  *) exec ${quoted(executable())} "$@" ;;
esac
`;
  writeFileSync(join(folder.path, "clockd"), call, { mode: 0o755 });
  return { ...folder, env: { PATH: `${folder.path}:${process.env.PATH}` } };
}

function quoted(words: readonly string[]): string {
  return words.map((word) => `'${word}'`).join(" ");
}

function makeRepository(folder: string): void {
  const example = blocks().find(
    ({ where, language, text }) =>
      where.startsWith("README") && language === "yaml" && text.includes("\nversion:"),
  );
  if (!example) throw new Error("the README shows no whole file");
  writeFileSync(join(folder, "schedules.yml"), example.text);
  writeFileSync(join(folder, "holidays.ics"), calendar());
  const git = gitIn(folder);
  git("init", "-q", "-b", "main");
  git("add", "-A");
  git("commit", "-qm", "first");
}

/** Somebody's holidays. */
export function calendar(): string {
  const event = ["UID:1", "DTSTAMP:20260101T000000Z", "DTSTART;VALUE=DATE:20261225", "SUMMARY:Off"];
  const lines = ["VERSION:2.0", "PRODID:test", "BEGIN:VEVENT", ...event, "END:VEVENT"];
  return `${["BEGIN:VCALENDAR", ...lines, "END:VCALENDAR"].join("\r\n")}\r\n`;
}
