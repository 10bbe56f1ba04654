import { readCrontabLine } from "./crontab-line.ts";

/** Whether a crontab has a column with users, and by what that was seen. */
export interface Column {
  system: boolean;
  /** For people. */
  why: string;
}

const USER = /^[a-z_][a-z0-9_.-]*\$?$/i;

/** Users that nearly every system has, and that are no commands as well, as `mail` and `mysql` are. */
const USUAL = new Set(["root", "www-data", "nobody", "daemon", "postgres", "logcheck"]);

/** Looks at the file's path, then at its head, then at the words where a user would be. */
export function findUserColumn(text: string, file: string): Column {
  if (/(^|\/)etc\/crontab$|(^|\/)cron\.d\/[^/]+$|\.cron\.d$/.test(file)) {
    return { system: true, why: "its path is that of a system's crontab" };
  }
  if (/(^|\/)spool\/cron\//.test(file)) {
    return { system: false, why: "its path is that of a user's crontab" };
  }
  if (/^\s*#.*\bdow\s+user(-name)?\s+command/m.test(text)) {
    return { system: true, why: "a comment in it names the column" };
  }
  const words = wordsAfterTime(text);
  const looks = words.length > 0 && words.every((word) => USER.test(word));
  if (looks && words.some((word) => USUAL.has(word))) {
    return { system: true, why: `each line names a user after the time, such as ${words[0]}` };
  }
  return { system: false, why: "no user is named after the times" };
}

function wordsAfterTime(text: string): string[] {
  const words: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    const read = readCrontabLine(line, false);
    if (read.kind !== "entry") continue;
    const [first, ...rest] = read.command.split(/\s+/);
    // A command of one word leaves no room for a user.
    words.push(rest.length > 0 ? first! : "");
  }
  return words;
}
