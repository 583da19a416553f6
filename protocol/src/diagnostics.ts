import * as z from 'zod/mini';

/** One place in the user's files. Lines and columns count from 1; columns count UTF-16 units, as editors do. */
const PlaceSchema = z.object({
  file: z.string(),
  line: z.number(),
  column: z.number(),
  endLine: z.optional(z.number()),
  endColumn: z.optional(z.number()),
});

/** A message about the user's source, from the compiler, the verifier or the agent. */
export const DiagnosticSchema = z.object({
  origin: z.enum(['clang', 'verifier', 'agent']),
  severity: z.enum(['error', 'warning', 'note']),
  message: z.string(),
  /** Absent when the message belongs to no place in the user's files. */
  place: z.optional(PlaceSchema),
  /** The compiler's option that switches it, as `-Wunused-variable`. */
  option: z.optional(z.string()),
  notes: z.array(z.object({ message: z.string(), place: z.optional(PlaceSchema) })),
  /** What to do about it, where we know. */
  remedy: z.optional(z.string()),
});
export type Diagnostic = z.infer<typeof DiagnosticSchema>;
export type Place = z.infer<typeof PlaceSchema>;
