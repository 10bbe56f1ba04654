import { Composer, type Document, Lexer, Parser, type YAMLError } from "yaml";
import { error, type Finding } from "./finding.ts";

/** A text as a YAML 1.2 document, or everything that makes it none. */
export type ParsedYaml = { document: Document.Parsed } | { findings: Finding[] };

/** Deeper files are refused: everything that reads a value later may then use recursion. */
export const DEEPEST = 100;

/** One slip makes a YAML parser complain many times over: more than these help nobody. */
const MOST_FINDINGS = 20;

/**
 * Reads a text as one YAML 1.2 document. Keys are always text. Duplicate keys are not looked for:
 * the library compares every key with every other (15 s at 40,000 keys).
 */
export function parseYaml(text: string): ParsedYaml {
  const composer = new Composer({
    version: "1.2",
    uniqueKeys: false,
    stringKeys: true,
    resolveKnownTags: false,
    prettyErrors: false,
  });
  const documents: Document.Parsed[] = [];
  const deep = compose(text, composer, documents);
  if (deep !== undefined) return { findings: [tooDeep(deep)] };
  const [document, second] = documents;
  const findings = syntaxFindings(document!, text);
  if (second) findings.push(severalDocuments(second));
  if (findings.length === 0 && document!.contents === null) findings.push(empty());
  return findings.length > 0 ? { findings } : { document: document! };
}

/**
 * Drives the library's parser by hand, because only between two tokens can the depth be seen: the
 * composer recurses and would overflow the stack. Returns the offset where it gets too deep.
 */
function compose(text: string, composer: Composer, documents: Document.Parsed[]) {
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) documents.push(...composer.next(token));
    // The document itself and a scalar on top are on the stack too.
    if (parser.stack.length > DEEPEST + 2) return parser.offset;
  }
  for (const token of parser.end()) documents.push(...composer.next(token));
  documents.push(...composer.end(true, text.length));
  return undefined;
}

function syntaxFindings(document: Document.Parsed, text: string): Finding[] {
  const { yaml } = document.directives;
  if (yaml?.explicit && yaml.version !== "1.2") {
    const at = Math.max(text.indexOf("%YAML"), 0);
    const message = `the directive asks for YAML ${yaml.version}, clockd reads YAML 1.2`;
    return [{ ...error("CONFIG_YAML_VERSION", "", at, message), hint: "remove the %YAML line" }];
  }
  const found: Finding[] = [];
  let line = -1;
  for (const fault of [...document.errors, ...document.warnings].sort(byPlace)) {
    // What follows on a line that is broken already is a consequence.
    const start = text.lastIndexOf("\n", fault.pos[0] - 1);
    if (start === line && fault.name === "YAMLParseError") continue;
    line = start;
    found.push(yamlFinding(fault, text));
  }
  return found.slice(0, MOST_FINDINGS);
}

function byPlace(a: YAMLError, b: YAMLError): number {
  return a.pos[0] - b.pos[0];
}

function yamlFinding(fault: YAMLError, text: string): Finding {
  const offset = fault.pos[0];
  const message = fault.message.split(/;|\n|\.\s|\.$/)[0]!;
  switch (fault.code) {
    case "TAG_RESOLVE_FAILED":
      return error("CONFIG_UNKNOWN_TAG", "", offset, message.replace("Unresolved", "unknown"));
    case "BAD_DIRECTIVE":
      return error("CONFIG_YAML_VERSION", "", offset, message);
    case "NON_STRING_KEY":
      return error("CONFIG_KEY", "", offset, "a key must be plain text");
    default:
      return withQuotesHint(error("CONFIG_YAML", "", offset, message), text);
  }
}

/** Every newcomer's first slip: a cron pattern without quotes, whose * is YAML's sign for an alias. */
function withQuotesHint(finding: Finding, text: string): Finding {
  const offset = finding.at as number;
  const line = text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset + 1);
  const unquoted = /(cron:|-|\[|,)\s+["']?[*@]/.test(line);
  return unquoted
    ? { ...finding, hint: 'put the pattern in quotes: cron: "*/5 * * * *"' }
    : finding;
}

function severalDocuments(second: Document.Parsed): Finding {
  const message = "a second document begins here, one file is one document";
  return {
    ...error("CONFIG_DOCUMENTS", "", second.range[0], message),
    hint: "remove the --- line",
  };
}

function tooDeep(offset: number): Finding {
  return error("CONFIG_TOO_DEEP", "", offset, `nested deeper than ${DEEPEST} levels`);
}

function empty(): Finding {
  const message = "the file has no content";
  return { ...error("CONFIG_EMPTY", "", 0, message), hint: "begin with version: 1 and jobs:" };
}
