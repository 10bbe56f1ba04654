/** Programs that only prepare another one, with the flags of theirs that take a value. */
const WRAPPERS: Readonly<Record<string, string>> = {
  env: "-u",
  sudo: "-u -g",
  nice: "-n",
  ionice: "-c -n",
  chronic: "",
  nohup: "",
  exec: "",
  time: "",
  setsid: "",
  cronic: "",
  flock: "-w -E",
  timeout: "-s -k",
  chrt: "-p",
};

/** Of these the first argument is no command yet: a lock's file, a time. */
const TAKE_ONE = new Set(["flock", "timeout"]);

/** Programs whose first argument says more than their own name. */
const RUNNERS =
  /^(?:php|python|perl|ruby|node|deno|bun|bash|sh|dash|zsh|java|rake|run-parts|npm|npx|yarn|make|docker|poetry|uv)[\d.]*$/;

/** The same, but the argument is a command of a framework: `artisan schedule:run`, `rails runner`. */
const FRAMEWORKS = /^(?:artisan|console|manage\.py|rails|wp|drush|bundle|occ|flask)$/;

/** What a job may be called that runs this shell command: the name of what it is about. */
export function commandName(command: string): string {
  const words = firstCommand(command).match(/"[^"]*"|'[^']*'|[^\s"']+/g) ?? [];
  let rest = words.map((word) => word.replaceAll(/["']/g, "")).filter((word) => word !== "");
  rest = withoutWrappers(rest);
  const program = baseName(rest[0] ?? "");
  const [argument, next] = rest.slice(1).filter((word) => !/^[-<>&|]/.test(word));
  if (FRAMEWORKS.test(program) && argument) return argument;
  if (!RUNNERS.test(program) || argument === undefined) return program;
  const name = baseName(argument);
  if (/^(?:run|exec|start)$/.test(name) && next) return baseName(next);
  return FRAMEWORKS.test(name) || FRAMEWORKS.test(argument) ? (next ?? name) : name;
}

/** `[ -x /a ] && cd /b && c | d`: c. What is only asked or prepared before it gives no name. */
function firstCommand(command: string): string {
  const parts = command.split(/&&|\|\||;|\n|\||\bthen\b|\belse\b|\{|\}/).map((part) => part.trim());
  const says = (part: string) =>
    part !== "" &&
    !/^(?:\[|test\s|if\s|cd\s|export\s|command\s+-v|\.\s|source\s|sleep\s|set\s|true$|:$|fi$|!|\))/.test(
      part,
    );
  return parts.find(says) ?? parts[0] ?? "";
}

function withoutWrappers(words: readonly string[]): string[] {
  let rest = [...words];
  while (rest.length > 1) {
    const program = baseName(rest[0]!);
    if (/^[A-Za-z_]\w*=/.test(rest[0]!)) {
      rest = rest.slice(1);
    } else if (
      rest.length > 2 &&
      /^(?:bundle exec|poetry run|uv run)$/.test(`${program} ${rest[1]}`)
    ) {
      rest = rest.slice(2);
    } else if (program in WRAPPERS) {
      rest = afterFlags(rest.slice(1), WRAPPERS[program]!.split(" "));
      if (TAKE_ONE.has(program)) rest = rest.slice(1);
    } else {
      return rest;
    }
  }
  return rest;
}

function afterFlags(words: readonly string[], withValue: readonly string[]): string[] {
  let at = 0;
  while (words[at]?.startsWith("-")) at += withValue.includes(words[at]!) ? 2 : 1;
  return words.slice(at);
}

/** `/usr/local/bin/backup.sh`: backup. */
function baseName(path: string): string {
  const name = path.replace(/\/+$/, "").replace(/^.*\//, "");
  return FRAMEWORKS.test(name)
    ? name
    : name.replace(/(?<=.)\.(?:sh|py|rb|php|pl|js|mjs|ts|jar|bash)$/, "");
}
