import type { Node, Operand, Pipe } from './nodes.ts';
import { TemplateError } from './template-error.ts';
import { lineOf, shownToken, tokensOf, type Token } from './tokens.ts';

/** A template and those it defines inside. */
export interface ParsedTemplate {
  readonly name: string;
  readonly source: string;
  readonly body: readonly Node[];
  readonly defined: ReadonlyMap<string, readonly Node[]>;
}

/** Parses a template of Go's text/template. @param functions names that may be called. @throws TemplateError in Go's words. */
export function parseTemplate(name: string, source: string, functions: ReadonlySet<string>): ParsedTemplate {
  const parser = new Parser(name, source, functions);
  const { nodes, end } = parser.list([]);
  if (end !== 'EOF') parser.fail(`unexpected {{${end}}}`);
  return { name, source, body: nodes, defined: parser.defined };
}

class Parser {
  readonly defined = new Map<string, readonly Node[]>();
  readonly #name: string;
  readonly #source: string;
  readonly #functions: ReadonlySet<string>;
  readonly #tokens: readonly Token[];
  #variables: string[] = ['$'];
  #next = 0;
  #ranges = 0;
  #actionAt = 0;

  constructor(name: string, source: string, functions: ReadonlySet<string>) {
    this.#name = name;
    this.#source = source;
    this.#functions = functions;
    this.#tokens = tokensOf(source);
  }

  fail(why: string, at = this.#peek().at): never {
    throw new TemplateError(`template: ${this.#name}:${lineOf(this.#source, at)}: ${why}`);
  }

  /** Nodes up to the end of the text, or to `end` or `else`. */
  list(ends: readonly string[]): { readonly nodes: readonly Node[]; readonly end: string } {
    const nodes: Node[] = [];
    for (;;) {
      const token = this.#take();
      if (token.kind === 'eof') {
        if (ends.length > 0) this.fail('unexpected EOF', token.at);
        return { nodes, end: 'EOF' };
      }
      this.#actionAt = token.at;
      if (token.kind === 'text') {
        nodes.push({ kind: 'text', text: token.text });
        continue;
      }
      const word = this.#peekSolid();
      if (word.kind === 'keyword' && (word.text === 'end' || word.text === 'else')) {
        if (!ends.includes(word.text)) this.fail(`unexpected {{${word.text}}}`, word.at);
        this.#take();
        return { nodes, end: word.text };
      }
      nodes.push(...this.#action(word));
    }
  }

  #action(word: Token): readonly Node[] {
    if (word.kind !== 'keyword') return [{ kind: 'action', pipe: this.#pipe('command') }];
    this.#take();
    switch (word.text) {
      case 'if':
      case 'with':
      case 'range':
        return [this.#control(word.text)];
      case 'break':
      case 'continue':
        if (this.#ranges === 0) this.fail(`{{${word.text}}} outside {{range}}`, word.at);
        this.#right(word.text);
        return [{ kind: word.text }];
      case 'define':
        this.#define();
        return [];
      case 'block':
      case 'template': {
        const name = this.#quotedName(`${word.text} clause`);
        const pipe = this.#peekSolid().kind === 'right' ? (this.#right(word.text), undefined) : this.#pipe(`${word.text} clause`);
        if (word.text === 'block') this.defined.set(name, this.#inner());
        return [{ kind: 'template', name, pipe, at: word.at }];
      }
      default:
        return this.fail(`unexpected <${word.text}> in command`, word.at);
    }
  }

  #control(kind: 'if' | 'with' | 'range'): Node {
    const known = this.#variables.length;
    if (kind === 'range') this.#ranges++;
    const pipe = this.#pipe(kind);
    const { nodes: body, end } = this.list(['end', 'else']);
    if (kind === 'range') this.#ranges--;
    let otherwise: readonly Node[] = [];
    if (end === 'else') {
      const again = this.#peekSolid();
      if (again.kind === 'keyword' && again.text === kind && kind !== 'range') {
        this.#take();
        otherwise = [this.#control(kind)];
      } else {
        this.#right('else');
        otherwise = this.list(['end']).nodes;
        this.#right('end');
      }
    } else this.#right('end');
    this.#variables = this.#variables.slice(0, known);
    return { kind, pipe, body, otherwise };
  }

  #define(): void {
    const name = this.#quotedName('define clause');
    this.#right('define clause');
    this.defined.set(name, this.#inner());
  }

  #inner(): readonly Node[] {
    const variables = this.#variables;
    this.#variables = ['$'];
    const { nodes } = this.list(['end']);
    this.#right('end');
    this.#variables = variables;
    return nodes;
  }

  #quotedName(context: string): string {
    const token = this.#takeSolid();
    if (token.kind !== 'string') this.fail(`unexpected ${shownToken(token)} in ${context}`, token.at);
    return unquote(token.text);
  }

  #right(context: string): void {
    const token = this.#takeSolid();
    if (token.kind !== 'right') this.fail(`unexpected ${shownToken(token)} in ${context}`, token.at);
  }

  /** A pipeline and the `}}` or `)` behind it. */
  #pipe(context: string, close: 'right' | ')' = 'right'): Pipe {
    const { declares, assigns } = this.#declarations(context);
    const commands: (readonly Operand[])[] = [];
    for (;;) {
      const token = this.#takeSolid();
      const isClose = close === 'right' ? token.kind === 'right' : token.text === ')' && token.kind === 'symbol';
      if (isClose) {
        if (commands.length === 0) this.fail(`missing value for ${context}`, token.at);
        this.#variables.push(...(assigns ? [] : declares));
        return { declares, assigns, commands };
      }
      if (token.kind === 'eof' || token.kind === 'right' || token.kind === 'keyword' || (token.kind === 'symbol' && token.text !== '('))
        this.fail(`unexpected ${shownToken(token)} in ${context}`, token.at);
      this.#next--;
      commands.push(this.#command());
    }
  }

  #declarations(context: string): Pick<Pipe, 'declares' | 'assigns'> {
    const start = this.#next;
    const declares: string[] = [];
    for (;;) {
      const token = this.#takeSolid();
      const sign = token.kind === 'variable' ? this.#takeSolid() : undefined;
      if (sign?.kind === 'symbol' && (sign.text === ':=' || sign.text === '=')) return { declares: [...declares, token.text], assigns: sign.text === '=' };
      if (sign?.text !== ',' || context !== 'range' || declares.length > 0) break;
      declares.push(token.text);
    }
    this.#next = start;
    return { declares: [], assigns: false };
  }

  #command(): readonly Operand[] {
    const operands: Operand[] = [];
    for (;;) {
      this.#peekSolid();
      const operand = this.#operand();
      if (operand) operands.push(operand);
      const token = this.#take();
      if (token.kind === 'space') {
        if (this.#peek().kind === 'right' || this.#peek().text === ')') break;
        if (this.#peek().text === '|') {
          this.#take();
          break;
        }
        continue;
      }
      if (token.kind === 'right' || (token.kind === 'symbol' && token.text === ')')) {
        this.#next--;
        break;
      }
      if (token.kind === 'symbol' && token.text === '|') break;
      this.fail(`unexpected ${shownToken(token)} in operand`, token.at);
    }
    if (operands.length === 0) this.fail('empty command');
    return operands;
  }

  #operand(): Operand | undefined {
    const token = this.#take();
    const first = this.#term(token);
    if (first === undefined) {
      this.#next--;
      return undefined;
    }
    const fields: string[] = [];
    const chainAt = this.#peek().at;
    while (this.#peek().kind === 'field') fields.push(this.#take().text.slice(1));
    if (fields.length === 0) return first;
    const source = `${first.source}${fields.map((field) => `.${field}`).join('')}`;
    if (first.kind === 'field' || first.kind === 'variable') return { ...first, fields: [...first.fields, ...fields], at: chainAt, source };
    if (first.kind === 'pipe') return { ...first, fields, at: chainAt, source };
    return this.fail(`unexpected . after term ${JSON.stringify(first.source)}`, chainAt);
  }

  #term(token: Token): Operand | undefined {
    const base = { at: token.at, source: token.text };
    switch (token.kind) {
      case 'dot':
      case 'nil':
        return { ...base, kind: token.kind };
      case 'bool':
        return { ...base, kind: 'literal', value: token.text === 'true' };
      case 'number':
        return { ...base, kind: 'literal', value: Number(token.text.replaceAll('_', '')) };
      case 'string':
        return { ...base, kind: 'literal', value: unquote(token.text) };
      case 'field':
        return { ...base, kind: 'field', fields: [token.text.slice(1)] };
      case 'variable':
        if (!this.#variables.includes(token.text)) this.fail(`undefined variable ${JSON.stringify(token.text)}`, token.at);
        return { ...base, kind: 'variable', name: token.text, fields: [] };
      case 'identifier':
        if (!this.#functions.has(token.text)) this.fail(`function ${JSON.stringify(token.text)} not defined`, token.at);
        return { ...base, kind: 'function', name: token.text };
      case 'symbol': {
        if (token.text !== '(') return undefined;
        const pipe = this.#pipe('parenthesized pipeline', ')');
        return { kind: 'pipe', at: token.at, source: this.#source.slice(token.at, this.#tokens[this.#next - 1]!.at + 1), pipe, fields: [] };
      }
      case 'text':
      case 'left':
      case 'right':
      case 'space':
      case 'keyword':
      case 'error':
      case 'eof':
        break;
    }
    return undefined;
  }

  #peek(): Token {
    return this.#tokens[Math.min(this.#next, this.#tokens.length - 1)]!;
  }

  #take(): Token {
    const token = this.#peek();
    if (token.kind === 'error') this.#failToken(token);
    this.#next++;
    return token;
  }

  #failToken({ text, at }: Token): never {
    const started = lineOf(this.#source, this.#actionAt);
    if (started === lineOf(this.#source, at)) return this.fail(text, at);
    return this.fail(`${text}${text.endsWith(' action') ? '' : ' in action'} started at ${this.#name}:${started}`, at);
  }

  #peekSolid(): Token {
    while (this.#peek().kind === 'space') this.#next++;
    return this.#peek();
  }

  #takeSolid(): Token {
    this.#peekSolid();
    return this.#take();
  }
}

function unquote(text: string): string {
  if (text.startsWith('`')) return text.slice(1, -1);
  return JSON.parse(text.replaceAll(String.raw`\'`, "'").replaceAll(/\\x([\da-fA-F]{2})/g, String.raw`\u00$1`)) as string;
}
