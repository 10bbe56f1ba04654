import { type Draft, jobsOf, type LeftOut } from "../import/draft.ts";

/** What became of a file, for machines. */
export function importReport(draft: Draft, about: { file: string; kind: string; yaml: string }) {
  const { file, kind, yaml } = about;
  return {
    file,
    kind,
    jobs: jobsOf(draft).map(({ name, line, notes }) => ({ name, line, notes })),
    left: leftOf(draft).map(({ line, text, why }) => ({ line, text, why })),
    remarks: draft.remarks,
    yaml,
  };
}

/** The same for people: what needs a look, and a line that sums it up. */
export function importSummary(draft: Draft, file: string, output: string | undefined): string {
  const left = leftOf(draft);
  const jobs = jobsOf(draft);
  const notes = jobs.flatMap(({ name, line, notes }) =>
    notes.map((note) => `${place(file, line)} note: ${name}: ${note}`),
  );
  const lines = [
    ...left.map(({ line, why }) => `${place(file, line)} not carried over: ${why}`),
    ...draft.remarks.map(({ line, text }) => `${place(file, line)} note: ${text}`),
    ...notes,
    `clockd: ${count(jobs.length, "job")} carried over, ${left.length} not`,
  ];
  if (output !== undefined) lines.push(`Next: clockd next --config ${output} --until +2d`);
  return lines.map((line) => `${line}\n`).join("");
}

function leftOf({ entries }: Draft): LeftOut[] {
  return entries.filter((entry) => entry.kind === "left");
}

function place(file: string, line: number): string {
  return line > 0 ? `${file}:${line}` : file;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
