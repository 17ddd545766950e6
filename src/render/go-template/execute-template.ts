import { FUNCTIONS, REFUSED_FUNCTIONS, type TemplateFunction } from './functions.ts';
import { ANY, isTrue, memberOf, membersOf, pointed, printed, typedOf, type GoType, type Typed } from './go-types.ts';
import type { Node, Operand, Pipe } from './nodes.ts';
import { parseTemplate, type ParsedTemplate } from './parse-template.ts';
import { TemplateError } from './template-error.ts';
import { lineOf } from './tokens.ts';

const KNOWN: ReadonlySet<string> = new Set([...FUNCTIONS.keys(), ...REFUSED_FUNCTIONS, 'and', 'or']);

/** Parses a template of the operator's kind. @throws TemplateError */
export function parseOperatorTemplate(name: string, source: string): ParsedTemplate {
  return parseTemplate(name, source, KNOWN);
}

/** Executes a template as Go's text/template does. @throws TemplateError in Go's words, or for a function that is refused. */
export function executeTemplate(template: ParsedTemplate, data: Typed): string {
  return new Execution(template, data).run(template.body, data);
}

class Jump {
  readonly kind: 'break' | 'continue';
  constructor(kind: 'break' | 'continue') {
    this.kind = kind;
  }
}

class Execution {
  readonly #template: ParsedTemplate;
  #variables: { readonly name: string; value: Typed }[];
  #executing: string;
  #depth = 0;

  constructor(template: ParsedTemplate, data: Typed) {
    this.#template = template;
    this.#executing = template.name;
    this.#variables = [{ name: '$', value: data }];
  }

  run(nodes: readonly Node[], dot: Typed): string {
    let text = '';
    const known = this.#variables.length;
    for (const node of nodes) {
      const made = this.#node(node, dot);
      if (made instanceof Jump) {
        this.#pending = made;
        break;
      }
      text += made;
      if (this.#pending) break;
    }
    this.#variables.length = known;
    return text;
  }

  #pending: Jump | undefined;

  #node(node: Node, dot: Typed): string | Jump {
    switch (node.kind) {
      case 'text':
        return node.text;
      case 'action': {
        const value = this.#pipe(node.pipe, dot);
        return node.pipe.declares.length > 0 ? '' : shown(value);
      }
      case 'break':
      case 'continue':
        return new Jump(node.kind);
      case 'template':
        return this.#call(node, dot);
      case 'range':
        return this.#range(node, dot);
      case 'if':
      case 'with':
        break;
    }
    const known = this.#variables.length;
    const value = this.#pipe(node.pipe, dot);
    const text = isTrue(value) ? this.run(node.body, node.kind === 'with' ? value : dot) : this.run(node.otherwise, dot);
    this.#variables.length = known;
    return text;
  }

  #call(node: Node & { readonly kind: 'template' }, dot: Typed): string {
    const body = this.#template.defined.get(node.name);
    const at = { at: node.at, source: `{{template ${JSON.stringify(node.name)}}}` };
    if (body === undefined) return this.#fail(at, `template ${JSON.stringify(node.name)} not defined`);
    if (this.#depth > 1000) return this.#fail(at, 'exceeded maximum template depth (100000)');
    const data = node.pipe ? this.#pipe(node.pipe, dot) : typedOf(undefined);
    const [variables, executing] = [this.#variables, this.#executing];
    this.#variables = [{ name: '$', value: data }];
    this.#executing = node.name;
    this.#depth++;
    const text = this.run(body, data);
    this.#depth--;
    this.#variables = variables;
    this.#executing = executing;
    return text;
  }

  #range(node: Node & { readonly kind: 'range' | 'if' | 'with' }, dot: Typed): string {
    const known = this.#variables.length;
    const { pipe } = node;
    const value = this.#pipe({ ...pipe, declares: [] }, dot);
    const { type, value: raw } = pointed(value);
    const counted = type.kind === 'int' ? Array.from({ length: raw as number }, (_, index) => ({ key: typedOf(index), value: typedOf(index) })) : undefined;
    const members = counted ?? membersOf(value) ?? (raw === undefined ? [] : undefined);
    if (members === undefined) return this.#fail(pipe.commands[0]![0]!, `range can't iterate over ${printed(value)}`);
    let text = '';
    for (const member of members) {
      const [first, second] = pipe.declares;
      if (first !== undefined) this.#bind(first, second === undefined ? member.value : member.key, pipe.assigns);
      if (second !== undefined) this.#bind(second, member.value, pipe.assigns);
      text += this.run(node.body, member.value);
      this.#variables.length = known;
      const jump = this.#pending;
      this.#pending = undefined;
      if (jump?.kind === 'break') break;
    }
    return members.length === 0 ? this.run(node.otherwise, dot) : text;
  }

  #bind(name: string, value: Typed, assigns: boolean): void {
    const known = assigns ? this.#variables.findLast((one) => one.name === name) : undefined;
    if (known) known.value = value;
    else this.#variables.push({ name, value });
  }

  #pipe(pipe: Pipe, dot: Typed): Typed {
    let value: Typed | undefined;
    for (const command of pipe.commands) value = this.#command(command, dot, value);
    for (const name of pipe.declares) this.#bind(name, value!, pipe.assigns);
    return value!;
  }

  #command(operands: readonly Operand[], dot: Typed, final: Typed | undefined): Typed {
    const [first, ...args] = operands as readonly [Operand, ...Operand[]];
    if (first.kind === 'function') return this.#function(first, args, dot, final);
    if (args.length > 0 || final !== undefined) {
      if (first.kind === 'field' || first.kind === 'variable' || first.kind === 'pipe') {
        const name = first.kind === 'field' || first.fields.length > 0 ? first.fields.at(-1)! : first.source;
        return this.#fail(first, `${name} has arguments but cannot be invoked as function`);
      }
      return this.#fail(args[0] ?? first, `can't give argument to non-function ${first.source}`);
    }
    if (first.kind === 'nil') return this.#fail(first, 'nil is not a command');
    return this.#operand(first, dot);
  }

  #operand(operand: Operand, dot: Typed): Typed {
    switch (operand.kind) {
      case 'dot':
        return dot;
      case 'nil':
        return typedOf(undefined);
      case 'literal':
        return typedOf(operand.value);
      case 'field':
        return this.#fields(operand, dot, operand.fields);
      case 'variable':
        return this.#fields(operand, this.#variables.findLast(({ name }) => name === operand.name)!.value, operand.fields);
      case 'pipe':
        return this.#fields(operand, this.#pipe(operand.pipe, dot), operand.fields);
      case 'function':
        break;
    }
    return this.#function(operand, [], dot, undefined);
  }

  #fields(at: Operand, start: Typed, names: readonly string[]): Typed {
    let found = start;
    for (const name of names) {
      const { type, value } = pointed(found);
      if (found.type.kind === 'pointer' && value === undefined) return this.#fail(at, `nil pointer evaluating ${found.type.name}.${name}`);
      if (type.kind === 'struct') {
        const field = type.fields![name];
        if (field === undefined) return this.#fail(at, `can't evaluate field ${name} in type ${found.type.name}`);
        found = memberOf(field.type, (value as Record<string, unknown> | undefined)?.[field.key]);
      } else if (type.kind === 'map') found = memberOf(type.element ?? ANY, (value as Record<string, unknown> | undefined)?.[name]);
      else if (value === undefined) return this.#fail(at, `nil data; no entry for key ${JSON.stringify(name)}`);
      else return this.#fail(at, `can't evaluate field ${name} in type ${found.type.name}`);
    }
    return found;
  }

  #function(at: Operand & { readonly kind: 'function' }, args: readonly Operand[], dot: Typed, final: Typed | undefined): Typed {
    const { name } = at;
    if (REFUSED_FUNCTIONS.has(name)) return this.#fail(at, `labwright refuses ${name}: its result is not the same each time`);
    if (name === 'and' || name === 'or') return this.#logic(at, args, dot, final);
    const found = FUNCTIONS.get(name)!;
    const count = args.length + (final ? 1 : 0);
    const { takes, variadic } = found;
    if (variadic ? count < takes.length - 1 : count !== takes.length)
      return this.#fail(at, `wrong number of args for ${name}: want ${variadic ? `at least ${takes.length - 1}` : takes.length} got ${count}`);
    const values = args.map((one, index) =>
      this.#argument(one, one.kind === 'function' ? this.#function(one, [], dot, undefined) : this.#operand(one, dot), wanted(found, index)),
    );
    if (final) values.push(this.#argument(args.at(-1) ?? at, final, wanted(found, values.length)));
    try {
      return found.call(values);
    } catch (error) {
      if (error instanceof TemplateError) throw error;
      const why = (error as Error).message;
      const command = { at: at.at, source: [at, ...args].map((one) => one.source).join(' ') };
      return this.#fail(command, why.startsWith('error calling ') ? why : `error calling ${name}: ${why}`);
    }
  }

  #logic(at: Operand & { readonly kind: 'function' }, args: readonly Operand[], dot: Typed, final: Typed | undefined): Typed {
    const total = args.length + (final ? 1 : 0);
    if (total === 0) return this.#fail(at, `wrong number of args for ${at.name}: want at least 1 got 0`);
    let value = typedOf(undefined);
    for (const one of args) {
      value = this.#operand(one, dot);
      if (isTrue(value) === (at.name === 'or')) return value;
    }
    return final ?? value;
  }

  #argument(at: Operand, given: Typed, type: GoType): Typed {
    if (type.kind === 'any' || given.type.name === type.name) return given;
    if (given.type.kind === 'pointer' && given.type.element?.name === type.name && given.value !== undefined) return pointed(given);
    if (given.value === undefined) return this.#fail(at, `invalid value; expected ${type.name}`);
    return this.#fail(at, `wrong type for value; expected ${type.name}; got ${given.type.name}`);
  }

  #fail(node: { readonly at: number; readonly source: string }, why: string): never {
    const { source, name } = this.#template;
    const column = Buffer.byteLength(source.slice(source.lastIndexOf('\n', node.at - 1) + 1, node.at));
    const context = node.source.length > 20 ? `${node.source.slice(0, 20)}...` : node.source;
    throw new TemplateError(`template: ${name}:${lineOf(source, node.at)}:${column}: executing ${JSON.stringify(this.#executing)} at <${context}>: ${why}`);
  }
}

function wanted({ takes, variadic }: TemplateFunction, index: number): GoType {
  return index >= takes.length && variadic ? takes.at(-1)! : takes[index]!;
}

function shown(value: Typed): string {
  const { type, value: raw } = value;
  if (type.kind === 'any' && raw === undefined) return '<no value>';
  return printed(type.kind === 'pointer' && raw !== undefined ? pointed(value) : value);
}
