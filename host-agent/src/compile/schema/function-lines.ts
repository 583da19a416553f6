import type { SourceFile } from '@probepad/protocol/control/run';
import type { ProbeSchema } from '@probepad/protocol/schema';

/**
 * BTF knows the line of a program's first instruction, which may stand some lines into the function. With the text at hand, the
 * program's line becomes that of its name.
 */
export function withFunctionLines(schema: ProbeSchema, files: readonly SourceFile[]): ProbeSchema {
  const programs = schema.programs.map((program) => {
    const rows = files.find(({ name }) => name === program.file)?.text.split('\n') ?? [];
    for (let line = Math.min(program.line ?? 0, rows.length); line > 0; line--) {
      if (names(rows[line - 1] ?? '', program.name)) return { ...program, line };
    }
    return program;
  });
  return { ...schema, programs };
}

/** `name(` or, in BPF_PROG and its like, `(name,` or `(name)`; a call of it from further up would end the search early. */
function names(row: string, name: string): boolean {
  for (const found of row.matchAll(/[A-Za-z_]\w*(?=\s*[(,)])/g)) {
    if (found[0] === name && !row.trimStart().startsWith('*') && !row.includes('//')) return true;
  }
  return false;
}
