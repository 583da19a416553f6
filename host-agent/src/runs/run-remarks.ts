import type { Probe } from '@probepad/protocol/control/run';
import type { ProbeSchema } from '@probepad/protocol/schema';
import { TAGS_KNOWN, unknownTags } from '@probepad/protocol/values/tags';
import { leftWithoutTarget } from './loader-spec.ts';
import type { StatusKeeper } from './run-status.ts';

/** What a run has to say beside its state, as sentences in its status. */
export interface RunRemarks {
  add(remark: string): void;
  /** What of the program does nothing: annotations that say nothing, programs without a target, which are off. */
  ofSchema(schema: ProbeSchema, attach: Probe['attach']): void;
  /** The one remark on the budget that there is; undefined: none any more. */
  budget(remark: string | undefined): void;
}

export function createRunRemarks(status: StatusKeeper): RunRemarks {
  let onBudget: string | undefined;

  function add(remark: string): void {
    status.update(({ remarks }) => ({ remarks: [...remarks, remark] }));
  }

  return {
    add,
    ofSchema(schema, attach) {
      for (const { name, targetExample } of leftWithoutTarget(schema, attach)) {
        status.program(name, { state: 'off', detail: `it has no target, as ${targetExample}` });
        add(`program ${name} is off: it has no target`);
      }
      for (const tag of unknownTags(schema))
        add(`probepad:${tag} says nothing here: annotations are ${TAGS_KNOWN}`);
    },
    budget(remark) {
      const before = onBudget;
      onBudget = remark;
      if (before !== undefined)
        status.update(({ remarks }) => ({ remarks: remarks.filter((each) => each !== before) }));
      if (remark !== undefined) add(remark);
    },
  };
}
