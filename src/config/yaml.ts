import { Composer, type Document, Lexer, Parser, type YAMLError } from "yaml";
import { error, type Finding } from "./finding.ts";
import { createHarvest, type PartSink } from "./harvest.ts";
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
  const documents: Document.Parsed[] = [];
  const faults: YAMLError[] = [];
  const deep = compose(text, documents, faults, sink);
  if (deep !== undefined) return { findings: [tooDeep(deep)] };
  const [document, second] = documents;
  const findings = yamlFindings(document!, faults, text);
  if (second) findings.push(severalDocuments(second));
  if (findings.length === 0 && document!.contents === null) findings.push(empty());
  return findings.length > 0 ? { findings } : { document: document! };
}

/**
 * Drives the library's parser by hand, because only between two tokens can the depth be seen: the
 * composer recurses and would overflow the stack. Returns the offset where it gets too deep.
 */
function compose(
  text: string,
  documents: Document.Parsed[],
  faults: YAMLError[],
  sink: PartSink | undefined,
): number | undefined {
  const composer = newComposer();
  const harvest = sink && createHarvest(text, newComposer, faults, sink);
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) {
      harvest?.see(token);
      documents.push(...composer.next(token));
    }
    // The document itself and a scalar on top are on the stack too.
    if (parser.stack.length > DEEPEST + 2) return parser.offset;
    harvest?.gather(parser.stack);
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

function empty(): Finding {
  const message = "the file has no content";
  return { ...error("CONFIG_EMPTY", "", 0, message), hint: "begin with version: 1 and jobs:" };
}
