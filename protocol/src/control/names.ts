import * as z from 'zod/mini';
import { NAME_DETAIL_MAX, NAME_TEXT_MAX, NAMES_ASKED_MAX } from '../limits.ts';
import { NAME_KINDS } from '../values/name.ts';

/** Values of one kind that a viewer wants names for. */
export const NamesAskedSchema = z.object({
  kind: z.enum(NAME_KINDS),
  /** For user symbols: whose addresses they are, a process id of the host's own namespace. */
  pid: z.optional(z.int().check(z.gte(1), z.lte(0x7fff_ffff))),
  /** For file symbols: of which file, in hex. */
  buildId: z.optional(z.string().check(z.regex(/^[0-9a-f]{2,128}$/))),
  /** Decimal. */
  values: z.array(z.string().check(z.regex(/^\d{1,20}$/))).check(z.maxLength(NAMES_ASKED_MAX)),
});
export type NamesAsked = z.infer<typeof NamesAskedSchema>;

/** What one request may ask for: NAMES_ASKED_MAX values in all. */
export const NamesAskedListSchema = z.array(NamesAskedSchema).check(
  z.maxLength(NAMES_ASKED_MAX),
  z.refine((asked) => asked.reduce((sum, { values }) => sum + values.length, 0) <= NAMES_ASKED_MAX),
);

/** Only what has a name; a value that is missing has none, or none that the host can find out or tells. */
export const NamesResult = z.object({
  names: z.array(
    z.object({
      kind: z.enum(NAME_KINDS),
      pid: z.optional(z.number()),
      buildId: z.optional(z.string()),
      value: z.string(),
      text: z.string().check(z.maxLength(NAME_TEXT_MAX)),
      detail: z.optional(z.string().check(z.maxLength(NAME_DETAIL_MAX))),
      symbol: z.optional(z.string().check(z.maxLength(NAME_TEXT_MAX))),
      object: z.optional(z.string().check(z.maxLength(NAME_DETAIL_MAX))),
    }),
  ),
  /** The host was still at work on the others, or they had no room: they may be asked for again. */
  more: z.optional(z.boolean()),
});
export type NamesFound = z.infer<typeof NamesResult>['names'];
