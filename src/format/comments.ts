import { Lexer } from "yaml";

/** What the lexer puts before a scalar, which may begin with a # too. */
const SCALAR_FOLLOWS = "\u001f";

/** The comments of a text in its order, without the blanks around them. */
export function commentsOf(text: string): string[] {
  const comments: string[] = [];
  let last = "";
  for (const lexeme of new Lexer().lex(text)) {
    if (lexeme.startsWith("#") && last !== SCALAR_FOLLOWS) comments.push(lexeme.trim());
    last = lexeme;
  }
  return comments;
}
