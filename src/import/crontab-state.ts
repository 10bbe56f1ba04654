import type { Draft, Fields } from "./draft.ts";
import { plainText } from "./hoist.ts";

/** Where a crontab's reader is: variables hold from their line on. */
export interface CrontabState {
  draft: Draft;
  nameOf(wanted: string): string;
  env: Fields;
  shell?: string;
  spread?: string;
  /** Of `CRON_TZ`, when it stands above the first job: it is that of the file. */
  zone?: string;
  /** Of a later `CRON_TZ`. */
  laterZone?: string;
}

export function newCrontabState(draft: Draft, nameOf: CrontabState["nameOf"]): CrontabState {
  return { draft, nameOf, env: {} };
}

/** What the variables above a job make of its fields. */
export function jobFields({ env, shell, spread, laterZone }: CrontabState): Fields {
  return {
    ...(laterZone === undefined ? {} : { timezone: laterZone }),
    ...(spread === undefined ? {} : { spread }),
    ...(shell === undefined ? {} : { shell }),
    ...(Object.keys(env).length > 0 ? { env: { ...env } } : {}),
  };
}

/** Most variables are for the commands; some are for cron itself. */
export function takeVariable(state: CrontabState, name: string, value: string, line: number): void {
  const remark = (text: string) => void state.draft.remarks.push({ line, text });
  const reader = SETTINGS[name];
  if (reader) reader(state, value, remark);
  else takeForCommands(state, name, value, remark);
}

function takeForCommands(
  state: CrontabState,
  name: string,
  value: string,
  remark: (text: string) => void,
): void {
  if (!/^(?!CLOCKD_)[A-Za-z_]\w*$/.test(name)) {
    remark(`${name}=${value}: clockd allows no variable of that name`);
    return;
  }
  if (/\$\w|\$\{/.test(value)) {
    remark(`${name}: cron replaces no variables here, so ${value} is kept as it is written`);
  }
  if (name === "TZ") remark("TZ: is the commands' own; the schedules' zone is defaults.timezone");
  if (name === "HOME") {
    remark("HOME: cron starts commands in it, clockd in cwd: set that where it matters");
  }
  state.env[name] = plainText(value);
}

type Setting = (state: CrontabState, value: string, remark: (text: string) => void) => void;

const SETTINGS: Readonly<Record<string, Setting>> = {
  SHELL(state, value, remark) {
    if (/^\S+$/.test(value)) state.shell = value;
    else remark(`SHELL=${value}: a shell is a path without blanks`);
  },
  MAILTO(_, value, remark) {
    if (value === "") return; // No mail is what there is without a notice, too.
    remark(`MAILTO=${value}: clockd sends no mail; on_failure tells people, see docs/notices.md`);
  },
  MAILFROM: (_, value, remark) => remark(`MAILFROM=${value}: clockd sends no mail`),
  CONTENT_TYPE: (_, value, remark) => remark(`CONTENT_TYPE=${value}: clockd sends no mail`),
  CONTENT_TRANSFER_ENCODING: (_, value, remark) =>
    remark(`CONTENT_TRANSFER_ENCODING=${value}: clockd sends no mail`),
  LOGNAME: (_, value, remark) => remark(`LOGNAME=${value}: who a command runs as is user`),
  START_HOURS_RANGE: (_, value, remark) =>
    remark(`START_HOURS_RANGE=${value}: give the jobs a cron pattern with these hours`),
  RANDOM_DELAY(state, value, remark) {
    if (!/^[1-9]\d*$/.test(value) || Number(value) > 1440) {
      remark(`RANDOM_DELAY=${value}: is no number of minutes from 1 to 1440`);
      return;
    }
    state.spread = `${value}m`;
    remark(`RANDOM_DELAY=${value}: as spread, an offset that is always the same for a job`);
  },
  CRON_TZ(state, value, remark) {
    const first = state.draft.entries.length === 0;
    state[first ? "zone" : "laterZone"] = value;
    if (!first) remark(`CRON_TZ=${value}: holds for the jobs below it`);
  },
};
