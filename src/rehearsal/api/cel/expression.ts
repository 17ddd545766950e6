/** A rule of the Common Expression Language, read. */
export type Expression =
  | { readonly kind: 'literal'; readonly value: unknown }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'select'; readonly of: Expression; readonly field: string }
  | { readonly kind: 'index'; readonly of: Expression; readonly at: Expression }
  /** `target` is undefined for functions, the receiver for methods. */
  | { readonly kind: 'call'; readonly target: Expression | undefined; readonly name: string; readonly args: readonly Expression[] }
  | { readonly kind: 'unary'; readonly operator: '!' | '-'; readonly of: Expression }
  | { readonly kind: 'binary'; readonly operator: Operator; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'choice'; readonly test: Expression; readonly yes: Expression; readonly no: Expression }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [key: Expression, value: Expression])[] };

export type Operator = '||' | '&&' | '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | '+' | '-' | '*' | '/' | '%';

/** A rule that cannot be read, or uses what is not there here; or a value that a rule cannot be applied to. */
export class CelError extends Error {
  /** The rule itself is beyond us: it must not refuse anything. */
  readonly isUnknown: boolean;

  constructor(message: string, isUnknown = false) {
    super(message);
    this.isUnknown = isUnknown;
  }
}

/** Whether a name stands anywhere in it. */
export function mentions(expression: Expression, name: string): boolean {
  switch (expression.kind) {
    case 'literal':
      return false;
    case 'name':
      return expression.name === name;
    case 'select':
    case 'unary':
      return mentions(expression.of, name);
    case 'index':
      return mentions(expression.of, name) || mentions(expression.at, name);
    case 'call':
      return [...expression.args, ...(expression.target === undefined ? [] : [expression.target])].some((one) => mentions(one, name));
    case 'binary':
      return mentions(expression.left, name) || mentions(expression.right, name);
    case 'choice':
      return [expression.test, expression.yes, expression.no].some((one) => mentions(one, name));
    case 'list':
      return expression.items.some((one) => mentions(one, name));
    case 'map':
      return expression.entries.flat().some((one) => mentions(one, name));
    default:
      return expression satisfies never;
  }
}
