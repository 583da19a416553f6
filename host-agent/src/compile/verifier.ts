import type { SourceFile } from '@probepad/protocol/control/run';
import type { Diagnostic, Place } from '@probepad/protocol/diagnostics';
import { readBtf } from './object/btf.ts';
import { readElf, STT_FUNC } from './object/elf.ts';
import { type Line, readLineInfo } from './object/line-info.ts';
import { snippetFile } from './schema/programs.ts';
import { explain } from './verifier-messages.ts';

const INSTRUCTION = /^(\d+): \([0-9a-f]{2}\) /;
/** `; text @ file:line`; kernels before 6.9 give the text only. */
const COMMENT = /^; (.*?)(?: @ ([^\s:]+):(\d+))?$/;
/** Lines that say what the verifier knows, not what is wrong. */
const STATE =
  /^(\d+: R|\d+: \(|;|from \d+ to \d+|processed \d+|verification time|stack depth|insns? |mark_precise|regs=|parent |last_idx|func#|arg#\d+ reference type|propagating|\s*$|Validating |Func#|frame\d+:|caller:|callee:|returning from|to caller|live regs|\s+\d+: )/;
/** Said on the line of an instruction that the verifier did not finish. */
const INLINE =
  /(BPF program is too large\..*|infinite loop detected.*|The sequence of \d+ jumps is too complex.*)$/;
const MESSAGE_LINES = 6;
const ROWS_LOOKED_AT = 20_000;

/**
 * What the kernel's verifier says about a rejected program, at the line of the user's source that it stopped at. `object` is
 * what was loaded, `files` the snippet's. Gives one error; its notes hold the verifier's own words.
 */
export function diagnosticsOfVerifierLog(
  log: string,
  program: string,
  object: Uint8Array,
  files: readonly SourceFile[],
): Diagnostic[] {
  const rows = log.trimEnd().split('\n').slice(-ROWS_LOOKED_AT);
  const words = lastWords(rows);
  const lines = instructionLines(object, program);
  const place =
    placeOfComment(rows, files) ??
    placeOfInstruction(lastInstruction(rows) ?? namedInstruction(words), lines, files) ??
    placeOfText(rows, files) ??
    placeOfInstruction(0, lines, files);
  const known = explain(words);
  const [first = 'the verifier rejected the program and gave no reason'] = words;
  const message = known ? `${known.plain}: ${first}` : first;
  return [
    {
      origin: 'verifier',
      severity: 'error',
      message: `${program}: ${message}`,
      ...(place && { place }),
      notes: [...words.slice(1).map((word) => ({ message: word })), ...acquired(words, lines, files)],
      ...(known && { remedy: known.remedy }),
    },
  ];
}

/** The last lines that are neither instructions nor states, in their order. */
function lastWords(rows: readonly string[]): string[] {
  const words: string[] = [];
  for (const row of rows.toReversed()) {
    const inline = INLINE.exec(row)?.[1];
    if (inline !== undefined) words.unshift(inline);
    if (STATE.test(row)) {
      // The summary stands behind the message; anything else ends it.
      if (words.length > 0) break;
      continue;
    }
    if (inline === undefined) words.unshift(row.trim());
    if (words.length >= MESSAGE_LINES) break;
  }
  return words;
}

/** The last comment that names a line of the snippet. */
function placeOfComment(rows: readonly string[], files: readonly SourceFile[]): Place | undefined {
  for (const row of rows.toReversed()) {
    const comment = COMMENT.exec(row);
    if (comment === null) continue;
    const [, , path, line] = comment;
    // Kernels before 6.9: the line info of the object says it.
    if (path === undefined) return undefined;
    const file = files.find(({ name }) => name === path);
    if (file !== undefined && Number(line) > 0) return placeOnLine(file, Number(line));
  }
  return undefined;
}

function placeOfInstruction(
  instruction: number | undefined,
  lines: InstructionLines | undefined,
  files: readonly SourceFile[],
): Place | undefined {
  if (instruction === undefined || lines === undefined) return undefined;
  // Functions that the program calls follow it when it is loaded; their instructions are not in its section.
  if (instruction >= lines.length) return undefined;
  const at = lines.start + instruction * 8;
  for (const line of lines.lines.filter(({ offset }) => offset <= at).toReversed()) {
    if (line.offset < lines.start) break;
    const file = files.find(({ name }) => name === snippetFile(line.path));
    if (file !== undefined && line.line > 0) return placeOnLine(file, line.line);
  }
  return undefined;
}

/** In a function that the program calls, on an old kernel: the last comment whose text stands on one line only. */
function placeOfText(rows: readonly string[], files: readonly SourceFile[]): Place | undefined {
  const text = rows
    .findLast((row) => COMMENT.test(row) && row.length > 4)
    ?.slice(2)
    .trim();
  const found = files.flatMap((file) =>
    file.text
      .split('\n')
      .flatMap((row, index) => (row.trim() === text ? [placeOnLine(file, index + 1)] : [])),
  );
  return found.length === 1 ? found[0] : undefined;
}

function placeOnLine(file: SourceFile, line: number): Place {
  const row = file.text.split('\n')[line - 1] ?? '';
  const indent = row.length - row.trimStart().length;
  return { file: file.name, line, column: indent + 1, endLine: line, endColumn: row.trimEnd().length + 1 };
}

function lastInstruction(rows: readonly string[]): number | undefined {
  for (const row of rows.toReversed()) {
    const index = INSTRUCTION.exec(row)?.[1];
    if (index !== undefined) return Number(index);
  }
  return undefined;
}

/** Some refusals come before the walk and name their instruction: `back-edge from insn 8 to 3`. */
function namedInstruction(words: readonly string[]): number | undefined {
  const index = /\binsn (\d+)/.exec(words.join('\n'))?.[1];
  return index === undefined ? undefined : Number(index);
}

/** Where a reference that is not given back was acquired. */
function acquired(
  words: readonly string[],
  lines: InstructionLines | undefined,
  files: readonly SourceFile[],
): Diagnostic['notes'] {
  const index = /alloc_insn=(\d+)/.exec(words.join('\n'))?.[1];
  const place = index === undefined ? undefined : placeOfInstruction(Number(index), lines, files);
  return place ? [{ message: 'acquired here', place }] : [];
}

type InstructionLines = { start: number; length: number; lines: Line[] };

/** Line info of a program's section; `start` is the program's offset there, `length` its number of instructions. */
function instructionLines(object: Uint8Array, program: string): InstructionLines | undefined {
  try {
    const elf = readElf(object);
    const symbol = elf.symbols.find(({ name, type }) => name === program && type === STT_FUNC);
    const section = symbol && elf.sections[symbol.section];
    const btf = elf.section('.BTF');
    const extension = elf.section('.BTF.ext');
    if (!symbol || !section || !btf || !extension) return undefined;
    const types = readBtf(btf.content, elf.littleEndian);
    const lines = readLineInfo(extension.content, elf.littleEndian, types).get(section.name) ?? [];
    return { start: symbol.value, length: symbol.size / 8, lines };
  } catch {
    // Without line info the message still counts.
    return undefined;
  }
}
