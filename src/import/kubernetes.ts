import { isSeq, LineCounter, type Node, parseAllDocuments } from "yaml";
import { type Importer, type NotThisKind, newDraft, zoneOf } from "./draft.ts";
import { hoist } from "./hoist.ts";
import { readCronJob } from "./kubernetes-job.ts";
import { asList, asRecord, asWord, type Values } from "./loose.ts";
import { createNames } from "./name.ts";

/** A resource of a manifest. */
interface Resource {
  kind: string;
  name: string;
  line: number;
  value: Values;
}

/** Reads manifests: the CronJobs among several documents, and in lists. */
export const importKubernetes: Importer = (text, options) => {
  const read = readResources(text);
  if ("message" in read) return read;
  const draft = newDraft();
  const jobs = read.filter(({ kind }) => kind === "CronJob");
  if (jobs.length === 0) return noCronJob(read);
  const nameOf = createNames();
  for (const { value, name, line } of jobs) {
    draft.entries.push(...readCronJob(value, { name: nameOf(name), line }));
  }
  for (const { kind, name, line } of read) {
    if (kind !== "CronJob") draft.remarks.push({ line, text: `${kind} ${name}: is no CronJob` });
  }
  const zone = zoneOf(options, "A CronJob without timeZone is read on the clock of the cluster");
  if (zone.zone !== undefined) draft.defaults.timezone = zone.zone;
  const anyZone = draft.entries.some((entry) => entry.kind === "job" && !entry.fields.timezone);
  draft.head.push(
    ...(anyZone ? zone.head : []),
    "A worker runs these commands itself: start it in an image that has them.",
    "Kept histories, resources and placement have no equivalent.",
  );
  hoist(draft, ["timezone", "overlap", "catch_up", "retry", "kill_after"]);
  return draft;
};

function readResources(text: string): Resource[] | NotThisKind {
  if (/^\s*(?:- )?\{\{|:\s+\{\{/m.test(text)) {
    return { message: "is a template, not a manifest", hint: "render it first: helm template" };
  }
  const lines = new LineCounter();
  try {
    const documents = parseAllDocuments(text, {
      lineCounter: lines,
      prettyErrors: false,
      stringKeys: true,
    });
    const resources: Resource[] = [];
    for (const document of Array.isArray(documents) ? documents : []) {
      const [fault] = document.errors;
      if (fault) return noYaml(fault.message, lines.linePos(fault.pos[0]).line);
      const lineOf = (node: unknown) => lines.linePos((node as Node | null)?.range?.[0] ?? 0).line;
      const items = document.get("items");
      const itemLines = isSeq(items) ? items.items.map(lineOf) : [];
      resources.push(...flatten(document.toJS(), lineOf(document.contents), itemLines));
    }
    return resources;
  } catch (error) {
    // Too deep for the library, or aliases that explode.
    return noYaml((error as Error).message, 1);
  }
}

function noYaml(message: string, line: number): NotThisKind {
  return { message: `is no YAML, line ${line}: ${message.split("\n")[0]}`, hint: "mend the file" };
}

function flatten(value: unknown, line: number, itemLines: readonly number[] = []): Resource[] {
  const record = asRecord(value);
  const kind = asWord(record.kind);
  if (kind === undefined) return [];
  if (/List$/.test(kind) && Array.isArray(record.items)) {
    const own = kind === "List" ? undefined : kind.slice(0, -"List".length);
    // Items of a CronJobList need not say what they are.
    return asList(record.items).flatMap((item, index) =>
      flatten({ kind: own, ...asRecord(item) }, itemLines[index] ?? line),
    );
  }
  return [{ kind, name: asWord(asRecord(record.metadata).name) ?? "", line, value: record }];
}

function noCronJob(read: readonly Resource[]): NotThisKind {
  const kinds = [...new Set(read.map(({ kind }) => kind))].slice(0, 5).join(", ");
  const got = kinds === "" ? "no resource at all" : `only ${kinds}`;
  return {
    message: `has no CronJob in it, ${got}`,
    hint: "give the manifest, or kubectl get cronjobs -o yaml",
  };
}
