import type { SnippetSummarySchema } from '@probepad/protocol/control/snippet';
import type * as z from 'zod/mini';

export type { Snippet, Template } from '@probepad/protocol/control/snippet';
export type SnippetSummary = z.infer<typeof SnippetSummarySchema>;
