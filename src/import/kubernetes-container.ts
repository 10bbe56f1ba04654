import { formatDuration } from "../config/duration.ts";
import type { Fields } from "./draft.ts";
import { plainText } from "./hoist.ts";
import { asCount, asList, asRecord, asWord, type Values } from "./loose.ts";

/** The command of a pod, and the containers that are not carried over. */
export interface ContainerPart {
  fields: Fields;
  notes: string[];
  others: string[];
}

/** The first container as `run`. */
export function readContainers(pod: Values): ContainerPart | { why: string } {
  const [first, ...more] = asList(pod.containers).map(asRecord);
  if (!first) return { why: "it has no container" };
  const init = asList(pod.initContainers).map(asRecord);
  const notes: string[] = [];
  const env = readEnv(first, notes);
  const run = readCommand(first, Object.keys(env), notes);
  if (run === undefined) return { why: "its container has neither a command nor an image" };
  const grace = asCount(pod.terminationGracePeriodSeconds);
  const cwd = asWord(first.workingDir);
  return {
    fields: {
      run,
      ...(cwd === undefined ? {} : { cwd }),
      ...(Object.keys(env).length > 0 ? { env } : {}),
      ...(grace === undefined ? {} : { kill_after: formatDuration(grace * 1000) }),
    },
    notes: [...notes, ...ignored(first)],
    others: [
      ...init.map((one) => `${asWord(one.name) ?? "without a name"} (init)`),
      ...more.map((one) => asWord(one.name) ?? "without a name"),
    ],
  };
}

function readCommand(
  container: Values,
  variables: readonly string[],
  notes: string[],
): string[] | undefined {
  const texts = (key: string) => asList(container[key]).map((part) => asWord(part) ?? "");
  const [command, args] = [texts("command"), texts("args")];
  const image = asWord(container.image);
  const refers = [...command, ...args].find((part) => /(?<!\$)\$\(\w+\)/.test(part));
  if (refers) notes.push("$(NAME) in it is replaced by Kubernetes only: use a shell and $NAME");
  if (command.length > 0) {
    if (image !== undefined) notes.push(`it ran in the image ${image}`);
    return [...command, ...args];
  }
  if (image === undefined) return undefined;
  notes.push("the image's own command is not in the manifest, so Docker is to run the image");
  return ["docker", "run", "--rm", ...variables.flatMap((name) => ["-e", name]), image, ...args];
}

function readEnv(container: Values, notes: string[]): Record<string, string> {
  const env: Record<string, string> = {};
  for (const { name, value, valueFrom } of asList(container.env).map(asRecord)) {
    const variable = asWord(name);
    if (variable === undefined) continue;
    if (valueFrom !== undefined) {
      notes.push(`${variable} comes from ${sourceOf(asRecord(valueFrom))}: set it for the worker`);
    } else if (!/^(?!CLOCKD_)[A-Za-z_]\w*$/.test(variable)) {
      notes.push(`the variable ${variable} has a name that is not allowed`);
    } else {
      env[variable] = plainText(typeof value === "boolean" ? String(value) : (asWord(value) ?? ""));
    }
  }
  for (const from of asList(container.envFrom)) {
    notes.push(`its variables from ${sourceOf(asRecord(from))}: set them for the worker`);
  }
  return env;
}

/** `{secretKeyRef: {name: db, key: url}}`: secret db, key url. */
function sourceOf(from: Values): string {
  const [[kind = "", ref] = []] = Object.entries(from).filter(([key]) => key !== "prefix");
  const { name, key, fieldPath, resource } = asRecord(ref);
  const what = kind
    .replace(/(Key|Field)?Ref$/, "")
    .replace(/([A-Z])/g, " $1")
    .toLowerCase();
  const parts = [asWord(name), asWord(fieldPath), asWord(resource), asWord(key) && `key ${key}`];
  return [what, parts.filter(Boolean).join(", ")].join(" ").trim();
}

const MEANT = new Set(
  "name image imagePullPolicy command args env envFrom workingDir terminationMessagePath terminationMessagePolicy".split(
    " ",
  ),
);

function ignored(container: Values): string[] {
  const keys = Object.keys(container).filter((key) => !MEANT.has(key));
  return keys.length === 0 ? [] : [`without the container's ${keys.join(", ")}`];
}
