/** Finds what a TypeScript or JavaScript file imports, without a parser: tokens, with comments left out. */

/**
 * @typedef {object} Token
 * @property {'word' | 'string' | 'sign'} kind
 * @property {string} text a string's content, without its quotes
 * @property {number} line 1-based
 */

/**
 * @typedef {object} Import
 * @property {string} specifier as it is written
 * @property {number} line 1-based, of the specifier
 */

/**
 * Static imports, re-exports, `import()` and `require()` of a fixed string.
 *
 * @param {string} source
 * @returns {Import[]}
 */
export function scanImports(source) {
  const tokens = tokenize(source);
  /** @type {Import[]} */
  const imports = [];
  for (const [index, token] of tokens.entries()) {
    if (token.kind !== 'word' || isSign(tokens[index - 1], '.')) continue;
    const found = importAt(tokens, index);
    if (found !== undefined) imports.push({ specifier: found.text, line: found.line });
  }
  return imports;
}

/**
 * @param {Token[]} tokens
 * @param {number} index of a word
 * @returns {Token | undefined} the specifier, when an import starts here
 */
function importAt(tokens, index) {
  const word = tokens[index]?.text;
  const next = tokens[index + 1];
  if ((word === 'import' || word === 'require') && isSign(next, '(')) return stringAt(tokens, index + 2);
  if (word === 'import') return stringAt(tokens, index + 1) ?? specifierAfterFrom(tokens, index + 1);
  if (word !== 'export') return undefined;
  const clause = isWord(next, 'type') ? tokens[index + 2] : next;
  return isSign(clause, '*') || isSign(clause, '{') ? specifierAfterFrom(tokens, index + 1) : undefined;
}

/**
 * @param {Token[]} tokens
 * @param {number} start the first token of an import or export clause
 */
function specifierAfterFrom(tokens, start) {
  for (let index = start; index < tokens.length; index++) {
    const token = tokens[index];
    const specifier = isWord(token, 'from') ? stringAt(tokens, index + 1) : undefined;
    if (specifier !== undefined) return specifier;
    // A clause holds names, braces, commas and a star, and nothing else; a name may be a string.
    const inClause = token?.kind !== 'sign' || ['{', '}', ',', '*'].includes(token.text);
    if (!inClause) return undefined;
    // `export { a }` without `from`: what comes after its brace is another statement.
    if (isSign(token, '}') && !isWord(tokens[index + 1], 'from')) return undefined;
  }
  return undefined;
}

/**
 * @param {Token[]} tokens
 * @param {number} index
 */
function stringAt(tokens, index) {
  const token = tokens[index];
  return token?.kind === 'string' ? token : undefined;
}

/**
 * @param {Token | undefined} token
 * @param {string} text
 */
function isSign(token, text) {
  return token?.kind === 'sign' && token.text === text;
}

/**
 * @param {Token | undefined} token
 * @param {string} text
 */
function isWord(token, text) {
  return token?.kind === 'word' && token.text === text;
}

/** A word before a slash after which a regular expression starts, not a division. */
const BEFORE_EXPRESSION = new Set([
  'return',
  'typeof',
  'case',
  'in',
  'of',
  'delete',
  'void',
  'throw',
  'await',
  'yield',
]);

/**
 * Comments and regular expressions are left out; of a template only the code in its `${}` is kept. In JSX text a
 * quote or slash may be taken for the start of something, at most to the end of its line.
 *
 * @param {string} source
 * @returns {Token[]}
 */
function tokenize(source) {
  /** @type {Token[]} */
  const tokens = [];
  /** For each open `${`, how many braces are open inside. @type {number[]} */
  const templates = [];
  let line = 1;
  let at = 0;

  const skipTo = (/** @type {number} */ end) => {
    for (; at < end; at++) if (source[at] === '\n') line++;
  };
  const skipTemplateText = () => {
    const end = templateTextEnd(source, at);
    if (source.startsWith('${', end)) templates.push(0);
    skipTo(end + (source.startsWith('${', end) ? 2 : 1));
  };

  while (at < source.length) {
    const character = source.charAt(at);
    const open = templates.at(-1);
    if (source.startsWith('//', at)) skipTo(endOfLine(source, at));
    else if (source.startsWith('/*', at)) skipTo(endAfter(source, '*/', at + 2));
    else if (character === "'" || character === '"') {
      const end = quotedEnd(source, at, character);
      if (end !== undefined) tokens.push({ kind: 'string', text: source.slice(at + 1, end), line });
      skipTo(end === undefined ? at + 1 : end + 1);
    } else if (character === '`') {
      skipTo(at + 1);
      skipTemplateText();
    } else if (character === '}' && open === 0) {
      templates.pop();
      skipTo(at + 1);
      skipTemplateText();
    } else if (character === '/' && startsExpression(tokens.at(-1))) {
      skipTo((quotedEnd(source, at, '/') ?? at) + 1);
    } else if (isWordCharacter(character)) {
      let end = at;
      while (end < source.length && isWordCharacter(source.charAt(end))) end++;
      tokens.push({ kind: 'word', text: source.slice(at, end), line });
      skipTo(end);
    } else {
      if (open !== undefined && character === '{') templates[templates.length - 1] = open + 1;
      if (open !== undefined && character === '}') templates[templates.length - 1] = open - 1;
      if (character.trim() !== '') tokens.push({ kind: 'sign', text: character, line });
      skipTo(at + 1);
    }
  }
  return tokens;
}

/** @param {string} character */
function isWordCharacter(character) {
  return /[\w$\u0080-\uffff]/.test(character);
}

/**
 * Whether a slash after this token starts a regular expression. After `<` it is a closing JSX tag.
 *
 * @param {Token | undefined} previous
 */
function startsExpression(previous) {
  if (previous === undefined) return true;
  if (previous.kind === 'word') return BEFORE_EXPRESSION.has(previous.text);
  return previous.kind === 'sign' && ![')', ']', '}', '<'].includes(previous.text);
}

/**
 * @param {string} source
 * @param {number} start of the opening quote
 * @param {string} quote
 * @returns {number | undefined} of the closing quote; undefined when the line ends first
 */
function quotedEnd(source, start, quote) {
  let inClass = false;
  for (let at = start + 1; at < source.length && source[at] !== '\n'; at++) {
    if (source[at] === '\\') at++;
    else if (quote === '/' && source[at] === '[') inClass = true;
    else if (quote === '/' && source[at] === ']') inClass = false;
    else if (source[at] === quote && !inClass) return at;
  }
  return undefined;
}

/**
 * @param {string} source
 * @param {number} start
 * @returns {number} of the closing backtick, of the next `${`, or the end
 */
function templateTextEnd(source, start) {
  let at = start;
  while (at < source.length && source[at] !== '`' && !source.startsWith('${', at))
    at += source[at] === '\\' ? 2 : 1;
  return at;
}

/**
 * @param {string} source
 * @param {number} from
 */
function endOfLine(source, from) {
  const end = source.indexOf('\n', from);
  return end < 0 ? source.length : end;
}

/**
 * @param {string} source
 * @param {string} text
 * @param {number} from
 */
function endAfter(source, text, from) {
  const end = source.indexOf(text, from);
  return end < 0 ? source.length : end + text.length;
}
