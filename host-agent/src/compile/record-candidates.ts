import { mainFileOf, type SourceFile } from '@probepad/protocol/control/run';
import { EVENTS_SECTION } from '@probepad/protocol/loader';
import { schemaOfObject } from './schema-of-object.ts';

const CANDIDATES_MAX = 64;

/**
 * Programs that send records through a function of their own (`void *data`) leave the record's type out of the object. For
 * those: the same files with every struct of theirs added to BTF, so that the schema can pick the one with the size that
 * is sent. Undefined when nothing is to be gained. The additions stand after the last line, so no line moves; if they do not compile
 * (a struct behind #ifdef), the first object serves.
 */
export function withRecordCandidates(
  files: readonly SourceFile[],
  object: Uint8Array,
): SourceFile[] | undefined {
  if (!hasUnknownRecords(object)) return undefined;
  const names = structNames(files);
  const main = mainFileOf(files);
  if (names.length === 0 || main === undefined) return undefined;
  const additions = names.map(
    (name, index) =>
      `static const struct { unsigned long long size; char text[1]; struct ${name} value[0]; } ` +
      `__probepad_candidate_${index} __attribute__((section("${EVENTS_SECTION}"), used)) = {};`,
  );
  const text = `${main.text}\n${additions.join('\n')}\n`;
  return files.map((file) => (file === main ? { ...file, text } : file));
}

function hasUnknownRecords(object: Uint8Array): boolean {
  try {
    const { sources } = schemaOfObject(object);
    return sources.some(({ kind, recordsFrom }) => kind === 'events' && recordsFrom === 'unknown');
  } catch {
    return false;
  }
}

function structNames(files: readonly SourceFile[]): string[] {
  const names = new Set<string>();
  for (const { text } of files) {
    for (const found of text.matchAll(/^[ \t]*(?:typedef[ \t]+)?struct[ \t]+([A-Za-z_]\w*)\s*\{/gm)) {
      if (found[1] !== undefined && names.size < CANDIDATES_MAX) names.add(found[1]);
    }
  }
  return [...names];
}
