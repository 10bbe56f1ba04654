import { Composer, type Document, Lexer, Parser, type YAMLError } from "yaml";
import { error, type Finding } from "./finding.ts";
import { createHarvest, type PartSink } from "./harvest.ts";
import { finish } from "./steps.ts";
import { yamlFindings } from "./yaml-fault.ts";

/** A text as a YAML 1.2 document, or everything that makes it none. */
export type ParsedYaml = { document: Document.Parsed } | { findings: Finding[] };

/** Deeper files are refused: everything that reads a value later may then use recursion. */
export const DEEPEST = 100;

/**
 * Reads a text as one YAML 1.2 document. Keys are always text. Duplicate keys are not looked for:
 * the library compares every key with every other (15 s at 40,000 keys).
 */
export function parseYaml(text: string, sink?: PartSink): ParsedYaml {
  return finish(parseYamlSteps(text, sink));
}

/** The same in steps, between which others may have their turn. */
export function* parseYamlSteps(text: string, sink?: PartSink): Generator<void, ParsedYaml> {
  const documents: Document.Parsed[] = [];
  const faults: YAMLError[] = [];
  const refused = yield* compose(text, documents, faults, sink);
  if (refused) return { findings: [refused] };
  const [document, second] = documents;
  const findings = yamlFindings(document!, faults, text);
  if (second) findings.push(severalDocuments(second));
  if (findings.length === 0 && document!.contents === null) findings.push(empty());
  return findings.length > 0 ? { findings } : { document: document! };
}

/** Lexemes between two steps: some milliseconds. */
const STEP = 5000;

/**
 * Lexemes that become values in one piece, which takes some seconds in which nobody has a turn. Jobs
 * of an ordinary file are taken out some hundreds at a time and do not count.
 */
const MOST_IN_ONE_PIECE = 4_000_000;

/**
 * Drives the library's parser by hand, because only between two tokens can the depth be seen: the
 * composer recurses and would overflow the stack. Returns why it had to stop.
 */
function* compose(
  text: string,
  documents: Document.Parsed[],
  faults: YAMLError[],
  sink: PartSink | undefined,
): Generator<void, Finding | undefined> {
  const composer = newComposer();
  const harvest = sink && createHarvest(text, newComposer, faults, sink);
  const parser = new Parser();
  let lexemes = 0;
  let piece = 0;
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) {
      harvest?.see(token);
      documents.push(...composer.next(token));
    }
    // The document itself and a scalar on top are on the stack too.
    if (parser.stack.length > DEEPEST + 2) return tooDeep(parser.offset);
    if (harvest?.gather(parser.stack)) piece = 0;
    else if (++piece > MOST_IN_ONE_PIECE) return tooMany(parser.offset);
    if (++lexemes % STEP === 0) yield;
  }
  for (const token of parser.end()) documents.push(...composer.next(token));
  documents.push(...composer.end(true, text.length));
  return undefined;
}

function newComposer(): Composer {
  return new Composer({
    version: "1.2",
    uniqueKeys: false,
    stringKeys: true,
    resolveKnownTags: false,
    prettyErrors: false,
  });
}

function severalDocuments(second: Document.Parsed): Finding {
  const message = "a second document begins here, one file is one document";
  const finding = error("CONFIG_DOCUMENTS", "", second.range[0], message);
  return { ...finding, hint: "remove the --- line" };
}

function tooDeep(offset: number): Finding {
  return error("CONFIG_TOO_DEEP", "", offset, `nested deeper than ${DEEPEST} levels`);
}

function tooMany(offset: number): Finding {
  const message = "more values in one piece than can be read without holding everything up";
  const hint = "write jobs as a plain map below jobs:, one after the other";
  return { ...error("CONFIG_TOO_LARGE", "", offset, message), hint };
}

function empty(): Finding {
  const message = "the file has no content";
  return { ...error("CONFIG_EMPTY", "", 0, message), hint: "begin with version: 1 and jobs:" };
}
