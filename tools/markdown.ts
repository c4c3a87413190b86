/** Plain text as CommonMark text: nothing in it is read as markup. */
export function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*<>[\]|]|(?<!\w)_|_(?!\w)/g, '\\$&');
}

export function code(text: string): string {
  return `\`${text}\``;
}

/** Lines shown as they are. */
export function fence(text: string): string {
  return `\`\`\`text\n${text.replace(/\n*$/, '')}\n\`\`\``;
}

/** Cells are Markdown already. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}
