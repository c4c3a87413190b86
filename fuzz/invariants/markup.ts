import { createHash } from 'node:crypto';
import { SCRIPT_HASH, STYLE_HASH } from '../../src/report/html/page.js';
import { broken } from './broken.js';

const TAG = /<(\/?)([a-z][a-z0-9-]*)((?: [a-zA-Z][\w:-]*(?:="[^"<>]*")?)*) ?(\/?)>/y;
const PROLOGUE = /^(?:<!doctype html>|<\?xml version="1\.0" encoding="UTF-8"\?>)/;
/** Elements that have no end tag in HTML. */
const VOID: ReadonlySet<string> = new Set(['meta', 'br', 'input', 'hr', 'link', 'img', 'base']);
const ENTITY = /&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[\da-f]+);)/i;

/** The elements of our HTML pages: any other has slipped in. */
const HTML: ReadonlySet<string> = new Set(
  (
    'html head meta title style body main header footer nav section article aside details summary h1 h2 h3 h4 p div ' +
    'span a b strong em i code pre kbd small sub sup s del br hr ul ol li dl dt dd table caption colgroup col thead ' +
    'tbody tr th td label input button output script svg g defs pattern path line rect circle polygon polyline text ' +
    'tspan marker use mark time'
  ).split(' '),
);
const LINK = /^(?:#[\w-]+|https:\/\/[\w.-]+\/[^\s"'<>]*)$/;

/** One HTML page: whole elements, no handlers, no script and no style but ours, links to sources and into itself. */
export function checkHtml(text: string): void {
  for (const { name, attributes } of elementsOf(text, true)) {
    if (!HTML.has(name)) broken(`the page has an element ${name}`);
    checkAttributes(name, attributes);
  }
  for (const [element, hash] of [
    ['script', SCRIPT_HASH],
    ['style', STYLE_HASH],
  ]) {
    const contents = [...text.matchAll(new RegExp(`<${element}>(.*?)</${element}>`, 'gs'))];
    if (contents.length > 1) broken(`the page has ${contents.length} elements ${element}`);
    for (const [, content] of contents) {
      if (createHash('sha256').update(content).digest('base64') !== hash)
        broken(`the page's ${element} is not the one that its policy allows`);
    }
  }
}

/** An XML document, such as JUnit's or SVG's. */
export function checkXml(text: string): void {
  for (const { name, attributes } of elementsOf(text, false)) {
    if (name === 'script' || name === 'foreignObject') broken(`the document has an element ${name}`);
    checkAttributes(name, attributes);
  }
}

function checkAttributes(element: string, attributes: string): void {
  for (const [, name, value = ''] of attributes.matchAll(/ ([a-zA-Z][\w:-]*)(?:="([^"]*)")?/g)) {
    if (/^on/i.test(name)) broken(`${element} has a handler: ${name}="${value}"`);
    if (/^(?:href|src|xlink:href|action|formaction)$/i.test(name) && !LINK.test(value))
      broken(`${element} leads to ${value}`);
    if (ENTITY.test(value)) broken(`${name}="${value}" has a bare ampersand`);
  }
}

interface Element {
  readonly name: string;
  readonly attributes: string;
}

/** Each element, in order; every `<` must belong to one, and each must end where it should. */
function elementsOf(text: string, isHtml: boolean): Element[] {
  const elements: Element[] = [];
  const open: string[] = [];
  let at = PROLOGUE.exec(text)?.[0].length ?? 0;
  for (;;) {
    const next = text.indexOf('<', at);
    const between = text.slice(at, next < 0 ? undefined : next);
    if (ENTITY.test(between)) broken(`a bare ampersand: ${excerpt(text, at + between.search(ENTITY))}`);
    if (between.includes('>')) broken(`a bare angle bracket: ${excerpt(text, at + between.indexOf('>'))}`);
    if (next < 0) break;
    TAG.lastIndex = next;
    const tag = TAG.exec(text);
    if (tag === null) broken(`this is no tag: ${excerpt(text, next)}`);
    const [whole, slash, name, attributes, selfClosing] = tag;
    at = next + whole.length;
    if (slash !== '') {
      const expected = open.pop();
      if (expected !== name) broken(`${name} ends where ${expected} should: ${excerpt(text, next)}`);
      continue;
    }
    elements.push({ name, attributes });
    if (name === 'script' || name === 'style') {
      at = text.indexOf(`</${name}>`, at);
      if (at < 0) broken(`${name} does not end`);
    }
    if (selfClosing === '' && !(isHtml && VOID.has(name))) open.push(name);
  }
  if (open.length > 0) broken(`${open} do not end`);
  return elements;
}

function excerpt(text: string, at: number): string {
  return JSON.stringify(text.slice(Math.max(0, at - 40), at + 60));
}
