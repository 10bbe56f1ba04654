import type { Problem } from "../config/problem.ts";

/**
 * A problem as a workflow command of GitHub Actions, which shows it beside the line of a pull request:
 * `::error file=…,line=…,col=…,title=CODE::message`.
 */
export function githubAnnotation(problem: Problem): string {
  const { file, line, column, level, code, message, hint } = problem;
  const place = line > 0 ? [`line=${line}`, `col=${column}`] : [];
  const properties = [`file=${property(file)}`, ...place, `title=${property(code)}`];
  return `::${level} ${properties.join(",")}::${data(hint ? `${message} (${hint})` : message)}`;
}

/** As GitHub's own toolkit escapes it: a line break would end the command, and could begin another. */
function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
