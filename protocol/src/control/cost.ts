import * as z from 'zod/mini';
import { ProbeInputSchema } from './run.ts';

/** What a probe costs whoever it traces: operations that programs do all day, with it attached and without. */
export const CostReportSchema = z.object({
  operations: z.array(
    z.object({
      /** `open and close`, `process switch`, … */
      name: z.string(),
      /** Nanoseconds of one operation. */
      without: z.number(),
      with: z.number(),
      /** The difference; 0 where not every round with the probe was slower than each without. */
      added: z.number(),
    }),
  ),
  /** How often each was measured with the probe, and as often without. */
  rounds: z.number(),
});
export type CostReport = z.infer<typeof CostReportSchema>;

export const CostParams = z.object({ host: z.string(), probe: ProbeInputSchema });
