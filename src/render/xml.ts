import { LabwrightError } from '../util/errors.ts';

export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly children: readonly (XmlElement | string)[];
}

/** An element; strings among the children are text and are escaped when written. */
export function el(name: string, attributes: Readonly<Record<string, string | number>> = {}, ...children: readonly (XmlElement | string)[]): XmlElement {
  return { name, attributes, children };
}

/** Writes an element, one per line with two spaces per level. Throws `bad_input` on characters XML 1.0 cannot hold. */
export function xmlText(element: XmlElement, indent = ''): string {
  let open = `${indent}<${element.name}`;
  for (const [key, value] of Object.entries(element.attributes)) open += ` ${key}="${escapeXml(String(value))}"`;
  if (element.children.length === 0) return `${open}/>\n`;
  if (element.children.every((child) => typeof child === 'string')) {
    return `${open}>${element.children.map(escapeXml).join('')}</${element.name}>\n`;
  }
  const inner = element.children.map((child) => (typeof child === 'string' ? escapeXml(child) : xmlText(child, `${indent}  `))).join('');
  return `${open}>\n${inner}${indent}</${element.name}>\n`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/** Nearly every text, told apart at a glance: a lab has millions of them. */
const PLAIN = /^[ !#-%(-;=?-~]*$/;

function escapeXml(text: string): string {
  if (PLAIN.test(text)) return text;
  if (!/^[\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]*$/u.test(text)) {
    throw new LabwrightError('bad_input', `${JSON.stringify(text)} holds a character that XML cannot`, {
      hint: 'take the control character out of the name',
    });
  }
  return text.replaceAll(/[&<>"'\t\n\r]/g, (character) => ENTITIES[character] ?? character);
}
