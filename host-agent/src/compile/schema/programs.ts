import { FILE_NAME_PATTERN } from '@probepad/protocol/limits';
import type { Program } from '@probepad/protocol/schema';
import { badObject } from '../object/bytes.ts';
import { type Elf, type Section, STT_FUNC } from '../object/elf.ts';
import { firstLineAt, type Line } from '../object/line-info.ts';
import { hookOfSection } from './section-names.ts';

/** Name of the snippet's file behind a path in BTF; undefined for headers and for names a `#line` made up. */
export function snippetFile(path: string): string | undefined {
  const name = path.startsWith('/snippet/') ? path.slice('/snippet/'.length) : path;
  return FILE_NAME_PATTERN.test(name) ? name : undefined;
}

const PROGRAMS_MAX = 1_024;

/** The sections that hold programs. Functions in `.text` are called by programs and are none. */
export function programSections(elf: Elf): Section[] {
  return elf.sections.filter(({ executable, size, name }) => executable && size > 0 && name !== '.text');
}

export function readPrograms(elf: Elf, lines: ReadonlyMap<string, readonly Line[]>): Program[] {
  const programs: Program[] = [];
  for (const section of programSections(elf)) {
    const functions = elf
      .symbolsOf(section)
      .filter(({ type }) => type === STT_FUNC)
      .sort((left, right) => left.value - right.value);
    if (programs.length + functions.length > PROGRAMS_MAX) badObject('too many programs');
    const sectionLines = lines.get(section.name) ?? [];
    const hook = hookOfSection(section.name);
    for (const { name, value } of functions) {
      const start = sectionLines[firstLineAt(sectionLines, value)];
      const file = start && snippetFile(start.path);
      programs.push({
        name,
        section: section.name,
        ...hook,
        ...(file && start && { file, line: start.line }),
      });
    }
  }
  return programs;
}
