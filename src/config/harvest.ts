import type { Composer, CST, Document, YAMLError, YAMLMap } from "yaml";

/** Takes the finished parts of a large file while the rest is still being parsed. */
export interface PartSink {
  /** Entries of the top-level map. They will be missing in the document. */
  takeTop(map: YAMLMap): void;
  /** Entries of `jobs`, from `start` to `end` of the text. They will be missing too. */
  takeJobs(map: YAMLMap, start: number, end: number): void;
}

/**
 * Takes finished jobs out of the parser's hands while it goes on, some hundreds at a time. A file of
 * 100,000 jobs would otherwise be in memory three times over, 2.6 GB of it, and the garbage
 * collector's work would grow faster than the file.
 */
export interface Harvest {
  /** Told of every finished token of the stream. */
  see(token: CST.Token): void;
  /** Looks at what is being built, and takes what is ripe. True when it took something. */
  gather(stack: readonly CST.Token[]): boolean;
}

/** Enough that what each part costs by itself does not matter. */
const PART_JOBS = 500;

/** The parser may still change the last entry, and looks back at the one before. */
const KEPT_JOBS = 2;

export function createHarvest(
  text: string,
  newComposer: () => Composer,
  faults: YAMLError[],
  sink: PartSink,
): Harvest {
  let allowed = true;

  function gather(stack: readonly CST.Token[]): boolean {
    // For every lexeme of the file: the usual answer must cost nothing.
    const jobs = stack[2];
    if (jobs?.type !== "block-map" || jobs.items.length < PART_JOBS + KEPT_JOBS) return false;
    const [document, top] = stack;
    if (!allowed || top?.type !== "block-map" || document?.type !== "document") return false;
    if (!isPlain(document.start) || !isJobs(top.items.at(-1)!)) return false;
    // What comes before the jobs may have anchors that they use.
    if (top.items.length > 1) {
      sink.takeTop(compose(top, top.items.splice(0, top.items.length - 1)));
      // The parser measures a key from here, and allows it 1,024 characters.
      top.offset = offsetOf(top.items[0]!);
    }
    const items = jobs.items.splice(0, jobs.items.length - KEPT_JOBS);
    sink.takeJobs(compose(jobs, items), startOf(items[0]!), startOf(jobs.items[0]!));
    return true;
  }

  function startOf(item: CST.BlockMap["items"][number]): number {
    return text.lastIndexOf("\n", offsetOf(item)) + 1;
  }

  function compose(map: CST.BlockMap, items: CST.BlockMap["items"]): YAMLMap {
    const document = composeItems(map, items, newComposer());
    faults.push(...document.errors, ...document.warnings);
    return document.contents as unknown as YAMLMap;
  }

  return {
    see({ type }) {
      // A directive changes what tags mean; after a first document nothing is read anyway.
      if (type === "directive" || type === "document") allowed = false;
    },
    gather,
  };
}

/** Some entries of a map that is still growing, as a document of their own. */
function composeItems(map: CST.BlockMap, items: CST.BlockMap["items"], composer: Composer) {
  const offset = offsetOf(items[0]!);
  const value = { ...map, offset, items };
  const token: CST.Document = { type: "document", offset, start: [], value };
  const [document] = [...composer.next(token), ...composer.end()];
  return document as Document.Parsed;
}

function isJobs({ key, sep }: CST.BlockMap["items"][number]): boolean {
  return key?.type === "scalar" && key.source === "jobs" && isPlain(sep ?? []);
}

/** No anchor and no tag: those need the whole. */
function isPlain(tokens: readonly CST.SourceToken[]): boolean {
  return !tokens.some(({ type }) => type === "anchor" || type === "tag");
}

function offsetOf({ key, start }: CST.BlockMap["items"][number]): number {
  return key?.offset ?? start[0]?.offset ?? 0;
}
