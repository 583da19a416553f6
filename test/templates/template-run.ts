/** Runs one template with its workload on a machine and checks what it says. */
import assert from 'node:assert/strict';
import { inRepository } from '../../scripts/repository.mjs';
import type { Expectation } from './expectations.ts';
import { checkEnd } from './lines.ts';
import { type CommandMachine, runProbe } from './probe-run.ts';
import { layCable } from './veth.ts';

export interface TemplateRun {
  expectation: Expectation;
  /** The traced machine: the workload runs there. */
  machine: CommandMachine;
  /** Where `probepad run` is started: the traced machine itself, or this one with a hub between. */
  probeMachine: CommandMachine;
  /** `--hub URL --host NAME` in that case. */
  options: string[];
  timeoutMs: number;
}

/** Throws when the template does not say what its workload did, or does not end as it should. */
export async function runTemplate(run: TemplateRun): Promise<void> {
  const { template, options, needs, check } = run.expectation;
  const folder = inRepository('bpf-templates', template);
  const workload = [`${folder}/workload`];
  const common = {
    ...{ check, machine: run.probeMachine, workloadMachine: run.machine, timeoutMs: run.timeoutMs },
    arguments: [`${folder}/${template}.bpf.c`, ...options, ...run.options],
  };
  const result = needs.includes('xdp') ? await onCable() : await runProbe({ ...common, workload });

  assert.equal(result.code, 0, result.stderr);
  assert.deepEqual(
    result.lines.filter(({ kind }) => kind === 'diagnostic'),
    [],
    'diagnostics',
  );
  checkEnd(result.lines);

  async function onCable(): ReturnType<typeof runProbe> {
    // An agent that runs already is in the machine's own network namespace, and nowhere else.
    await using cable = await layCable(run.machine, run.probeMachine === run.machine);
    return await runProbe({
      ...common,
      probePrefix: cable.receiver,
      workload: [...cable.sender, ...workload, cable.address],
    });
  }
}
