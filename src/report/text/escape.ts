/**
 * Text that came from a capture or a path, made harmless for a terminal: control characters, which could
 * move the cursor or change colours, bidirectional overrides and halves of characters are shown as escapes.
 */
export function escapeControls(text: string): string {
  return text.replace(/\p{Cc}|\p{Surrogate}|\p{Bidi_Control}|[\u2028\u2029]/gu, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x100
      ? `\\x${code.toString(16).padStart(2, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

/** A comment, which often has several lines, on one line; still to be escaped. */
export function onOneLine(text: string): string {
  return text.trim().replace(/\s*(?:\r\n|\r|\n)\s*/g, ' ⏎ ');
}

/** Next to a character of markup, it takes away that character's meaning when nothing else does. */
export const ZERO_WIDTH_SPACE = '\u200b';

/**
 * Text in Markdown that is shown as it is: no markup, no HTML, no link, nobody mentioned, on one line.
 * GitHub and GitLab look for mentions, issues and emoji names after they have removed the backslashes:
 * only an invisible character prevents that.
 */
export function escapeMarkdown(text: string): string {
  return escapeControls(text)
    .replace(/[\\`*_[\]<>&|~$]/g, '\\$&')
    .replace(/^(\s*)([-+=#])/, '$1\\$2')
    .replace(/^(\s*\d+)([.)])(?=\s|$)/, '$1\\$2')
    .replace(/\/(?=\/)|\b(?:mailto|xmpp)\b(?=:)|\bwww\b(?=\.)/gi, `$&${ZERO_WIDTH_SPACE}`)
    .replace(/[@#!$%&~](?=[\w"])/g, `$&${ZERO_WIDTH_SPACE}`)
    .replace(/:([\w+-]+)(?=:)/g, (text, name) => (isEmoji(name) ? `${text}${ZERO_WIDTH_SPACE}` : text));
}

/** Whether `:name:` may be a picture. Ports and the groups of IPv6 addresses stay whole except for these few. */
function isEmoji(name: string): boolean {
  return !/^[\da-f]{1,5}$/i.test(name) || /^(?:a|b|ab|100|1234)$/i.test(name);
}

/** Text in Markdown as code, also for tables, where even code may not hold a bar. */
export function markdownCode(text: string): string {
  const shown = escapeControls(text).replaceAll('|', '\u2502');
  const longest = Math.max(0, ...(shown.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  const space = shown === '' || /^[` ]|[` ]$/.test(shown) ? ' ' : '';
  return `${fence}${space}${shown}${space}${fence}`;
}

const XML_ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text in XML or HTML, in an element or a quoted attribute, on one line. */
export function escapeXml(text: string): string {
  return escapeControls(text)
    .replace(/[\ufffe\uffff]/g, '\ufffd')
    .replace(/[&<>"']/g, (character) => XML_ENTITIES[character]);
}

/** The message of a GitHub workflow command. */
export function escapeWorkflowData(text: string): string {
  const shown = text.split('\n').map(escapeControls).join('\n');
  return shown.replaceAll('%', '%25').replaceAll('\n', '%0A');
}

/** A property of a GitHub workflow command, such as a file. */
export function escapeWorkflowProperty(text: string): string {
  return escapeWorkflowData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
