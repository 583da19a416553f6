import type { SourceFile } from '@probepad/protocol/control/run';
import type { ProbeSchema } from '@probepad/protocol/schema';
import { enumLookup } from './enum-lookup.ts';
import { withTaggedEnums } from './enum-tags.ts';
import { withoutComments } from './enum-text.ts';
import { withIndexNames } from './index-names.ts';
import { withRecordValues } from './record-values.ts';

/**
 * The schema with what only the program's text tells: which enum counts a list or names a number, which number begins which record.
 * @param kernel text of vmlinux.h, asked for when the program's own files don't have an enum
 */
export function toldByText(
  schema: ProbeSchema,
  files: readonly SourceFile[],
  kernel: () => string | undefined,
): ProbeSchema {
  const texts = files.map(({ text }) => withoutComments(text));
  const enums = enumLookup(texts, kernel);
  return withRecordValues(withTaggedEnums(withIndexNames(schema, texts, enums), enums), texts, enums);
}
