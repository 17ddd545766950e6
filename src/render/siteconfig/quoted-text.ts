/**
 * What YAML makes of text that the operator's default templates put between single quotes.
 *
 * Line breaks are folded, a doubled quote is one quote, and a lone quote ends the text (recorded cases overrides-multiline
 * and apostrophe-in-overrides). `line` is the text's place in the template, for the parser's message.
 * @throws Error with the YAML parser's words.
 */
export function quotedText(text: string, line: number): string {
  if (text.replaceAll("''", '').includes("'")) throw new Error(`failed to unmarshal YAML: yaml: line ${line}: did not find expected key`);
  return text.replaceAll("''", "'").replaceAll(/[ \t]*\n(?:[ \t]*\n)*[ \t]*/g, (breaks) => '\n'.repeat(breaks.split('\n').length - 2) || ' ');
}
