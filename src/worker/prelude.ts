import { existsSync } from "node:fs";
import type { Limits } from "../config/config.ts";
import type { Become } from "./identity.ts";

/** What is set by the system's own means before a command is executed. Undefined: as it is. */
export interface Confinement {
  /** Three octal digits. */
  umask?: string;
  nice?: number;
  limits?: Limits;
  become?: Become;
}

export interface Prelude {
  argv: readonly string[];
  env: Readonly<Record<string, string>>;
}

/** What a process that goes on after SIGXCPU may still compute before SIGKILL. s */
const XCPU_GRACE_S = 5;

/**
 * Puts shells and the system's `nice` and `setpriv` before a command. Each replaces itself by the
 * next (exec), so the process, its number and its group stay the same, and arguments are never shell
 * text. `mark` begins every line that a shell has to say of this on standard error: see
 * `prelude-fault.ts`. `ownNice`: the worker's. A sentence: it cannot be done on this machine.
 */
export function withPrelude(
  { argv, env }: Prelude,
  confinement: Confinement,
  { mark, ownNice }: { mark: string; ownNice: number },
): Prelude | string {
  const { umask, nice, limits, become } = confinement;
  const tools: string[] = [];
  const last: string[] = [];
  if (nice !== undefined && nice !== ownNice) {
    const tool = toolNamed("nice");
    if (tool === undefined) return "cannot set nice: this machine has no program nice";
    tools.push(tool, "-n", String(nice - ownNice));
    // It says so, and goes on all the same.
    if (nice < ownNice) last.push(orFail(`[ "$(${tool})" = ${nice} ]`, "nice"));
  }
  if (become) {
    const tool = toolNamed("setpriv");
    if (tool === undefined) return NO_SETPRIV;
    tools.push(tool, ...becoming(become), "--");
  }
  if (umask !== undefined) last.push(`umask ${umask}`);
  const first = limits ? limiting(limits) : [];
  // What must be done with the worker's rights, then as whom, then what is only for the command.
  if (tools.length === 0) return { argv: shell([...first, ...last], mark, argv), env };
  const { kept, moved } = become ? sift(env) : { kept: env, moved: [] };
  const restored = moved.map(([name]) => `export ${name}="$1"; shift`);
  const values = moved.map(([, value]) => value);
  const inner = [...tools, ...shell([...restored, ...last], mark, [...values, ...argv])];
  return { argv: first.length > 0 ? shell(first, mark, inner) : inner, env: kept };
}

const NO_SETPRIV = "cannot run as another user: this machine has no program setpriv (util-linux)";

function shell(steps: readonly string[], mark: string, argv: readonly string[]): string[] {
  return ["/bin/sh", "-c", [...steps, 'exec "$@"'].join("; "), mark, ...argv];
}

function becoming({ user, gid, groups }: Become): string[] {
  const who = user === undefined ? [] : [`--reuid=${user}`];
  return [...who, `--regid=${gid}`, `--${groups}-groups`];
}

/** `-d`, not `-v`: much of the address space of today's programs is set aside and never used. */
function limiting({ memory, cpu, openFiles }: Limits): string[] {
  const steps: string[] = [];
  if (memory !== undefined) steps.push(orFail(`ulimit -d ${Math.floor(memory / 1024)}`, "memory"));
  if (cpu !== undefined) {
    const seconds = cpu / 1000;
    steps.push(orFail(`ulimit -S -t ${seconds}`, "cpu"));
    // Where the two are equal the system kills at once. A lower one that is there may stay.
    steps.push(`ulimit -H -t ${seconds + XCPU_GRACE_S} 2>/dev/null || :`);
  }
  if (openFiles !== undefined) steps.push(orFail(`ulimit -n ${openFiles}`, "open_files"));
  return steps;
}

function orFail(step: string, what: string): string {
  return `${step} 2>/dev/null || { echo "$0 ${what}" >&2; exit 125; }`;
}

/**
 * What changes how a program loads or a shell reads. Until a command is its user's, its own
 * variables must not make the worker's user execute what others may have written.
 */
const RISKY =
  /^(LD_|MALLOC_|GLIBC_|BASH_|RES_|(GCONV_PATH|GETCONF_DIR|LOCPATH|NLSPATH|NIS_PATH|TZDIR|HOSTALIASES|LOCALDOMAIN|RESOLV_HOST_CONF|ENV|IFS|PS4)$)/;
/** A shell drops other names, some read functions from them, and these two cannot be set again. */
const FIT = /^(?!(SHELLOPTS|BASHOPTS)$)[A-Za-z_][A-Za-z0-9_]*$/;

function sift(env: Prelude["env"]) {
  const kept: Record<string, string> = {};
  const moved: [name: string, value: string][] = [];
  for (const [name, value] of Object.entries(env)) {
    if (!FIT.test(name)) continue;
    if (RISKY.test(name)) moved.push([name, value]);
    else kept[name] = value;
  }
  return { kept, moved };
}

/** Never through PATH, which may name folders of others. */
function toolNamed(name: string): string | undefined {
  return TOOL_FOLDERS.map((folder) => `${folder}/${name}`).find((path) => existsSync(path));
}

const TOOL_FOLDERS = ["/usr/bin", "/bin", "/usr/sbin", "/sbin", "/run/current-system/sw/bin"];
