import { clockworkWhen, readPeriod } from "./clockwork-when.ts";
import { type Entry, type Fields, type Importer, jobsOf, newDraft, zoneOf } from "./draft.ts";
import { hoist } from "./hoist.ts";
import { createNames } from "./name.ts";
import { commentsAbove, findRubyCalls, type RubyCall } from "./ruby.ts";

/** Reads a clock.rb of clockwork, without running it. */
export const importClockwork: Importer = (text, options) => {
  const source = text.replaceAll("\r\n", "\n");
  const calls = findRubyCalls(source, "every");
  if (calls.length === 0) {
    const message = "is of clockwork, and has no every(…) in it";
    return {
      message,
      hint: "jobs that come from a database cannot be read: write them down by hand",
    };
  }
  const draft = newDraft();
  const context = { ruby: rubyOf(source), nameOf: createNames() };
  const lines = source.split("\n");
  for (const call of calls) {
    draft.entries.push(...takeCall(call, context, commentsAbove(lines, call.line)));
  }
  const own = /\[:tz\]\s*=\s*(["'])(.*?)\1/.exec(source)?.[2];
  const usual = "clockwork reads them on the clock of its machine, Heroku's is UTC";
  const zone = zoneOf({ ...options, timezone: own ?? options.timezone }, usual);
  draft.head.push(
    "A block's Ruby is kept as the command. Better: a rake task or a script of its own.",
    ...(jobsOf(draft).every(({ fields }) => fields.timezone) ? [] : zone.head),
  );
  if (zone.zone !== undefined) draft.defaults.timezone = zone.zone;
  Object.assign(draft.defaults, { overlap: "allow", catch_up: { run: "none" } });
  hoist(draft, ["timezone"]);
  return draft;
};

interface Ruby {
  /** The command that runs a piece of Ruby. */
  command: string[];
  /** What must stand before it. */
  prelude: string;
  handler?: RubyCall;
}

function rubyOf(text: string): Ruby {
  const [handler] = findRubyCalls(text, "handler");
  const rest = handler?.block === undefined ? {} : { handler };
  if (/config\/environment/.test(text)) {
    return { command: ["bin/rails", "runner"], prelude: "", ...rest };
  }
  const requires = [...text.matchAll(/^[ \t]*(require(?:_relative)?[ (].*)$/gm)]
    .map(([, line]) => line!.trim())
    .filter((line) => !/['"]clockwork['"/]/.test(line));
  return {
    command: ["ruby", "-e"],
    prelude: requires.map((line) => `${line}\n`).join(""),
    ...rest,
  };
}

interface Context {
  ruby: Ruby;
  nameOf(wanted: string): string;
}

function takeCall(call: RubyCall, { ruby, nameOf }: Context, comments: string[]): Entry[] {
  const { line, text } = call;
  const left = (why: string): Entry[] => [{ kind: "left", line, text, why, comments }];
  const [, periodText = "", rest = ""] = /^([^,]*)(?:,([\s\S]*))?$/.exec(call.args)!;
  const period = readPeriod(periodText);
  if (period === undefined)
    return left(`its period ${periodText.trim()} is Ruby code, which is not run here`);
  const names = namesIn(rest);
  if (names.length === 0) return left("it has no name in quotes");
  const condition = /(?:\bif:|:if\s*=>)/.test(rest);
  if (condition) return left("it has a condition (if:), which is Ruby code");
  const at = /(?:\bat:|:at\s*=>)\s*(\[[^\]]*\]|"[^"]*"|'[^']*'|[^,)\s]+)/.exec(rest)?.[1];
  const moments = at === undefined ? [] : quoted(at);
  if (at !== undefined && moments.length === 0)
    return left(`its at ${at} is Ruby code, which is not run here`);
  const when = clockworkWhen(period, moments);
  if ("why" in when) return left(when.why);
  const zone = /(?:\btz:|:tz\s*=>)\s*(["'])(.*?)\1/.exec(rest)?.[2];
  return names.flatMap((name) => {
    const run = commandOf(ruby, call, name);
    if (run === undefined) {
      return left("it has no block, and there is no handler that says what to do");
    }
    const fields: Fields = { ...when.fields, ...(zone ? { timezone: zone } : {}), run };
    const from = [`line ${line}: every ${periodText.trim()}, ${name}${at ? `, at ${at}` : ""}`];
    const { notes } = when;
    return [{ kind: "job" as const, name: nameOf(name), line, from, comments, fields, notes }];
  });
}

/** The names before the options: one, or a list. */
function namesIn(rest: string): string[] {
  const before = /^\s*(\[[^\]]*\]|"[^"]*"|'[^']*'|:\w+)/.exec(rest)?.[1];
  return before === undefined ? [] : quoted(before);
}

function quoted(text: string): string[] {
  return [...text.matchAll(/"([^"]*)"|'([^']*)'|(?<![\w"']):(\w+)/g)].map(
    ([, double, single, symbol]) => double ?? single ?? symbol ?? "",
  );
}

function commandOf(ruby: Ruby, call: RubyCall, name: string): string[] | undefined {
  const { command, prelude, handler } = ruby;
  const owner = call.block === undefined ? handler : call;
  if (owner?.block === undefined) return undefined;
  const { parameter } = owner;
  const set = parameter ? `${parameter} = ${JSON.stringify(name).replaceAll("#", "\\#")}\n` : "";
  return [...command, `${prelude}${set}${owner.block}`];
}
