import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunStatus } from '@probepad/protocol/control/run';
import { ERRORS, type ErrorCode } from '@probepad/protocol/errors';
import { type Ending, endingOfFailure } from '../runs/end-reason.ts';
import { EXIT, exitCodeOfError, exitCodeOfStatus } from './exit-code.ts';

function statusOf(ending: Ending): RunStatus {
  return {
    run: 'run',
    host: 'host',
    stream: 1,
    state: 'ended',
    diagnostics: [],
    programs: [],
    timing: {},
    remarks: [],
    started: 0,
    ...ending,
  };
}

test('every error code has an exit code, and none of them is that of success', () => {
  const failures: readonly number[] = [EXIT.probe, EXIT.usage, EXIT.host];
  for (const code of Object.keys(ERRORS) as ErrorCode[])
    assert.ok(failures.includes(exitCodeOfError(code)), code);
});

test('what a host lacks or forbids is no failure of the probe', () => {
  const failed = { type: 'failed', object: '', errno: 2, message: 'no memory controller' } as const;
  const stages = { limit: EXIT.host, policy: EXIT.host, load: EXIT.probe, attach: EXIT.probe } as const;
  for (const [stage, code] of Object.entries(stages)) {
    const ending = endingOfFailure({ ...failed, stage: stage as keyof typeof stages }, false, 1 << 20);
    assert.equal(exitCodeOfStatus(statusOf(ending)), code, stage);
  }
  for (const code of ['terminal_disabled', 'lease_lost', 'internal', 'no_btf', 'no_privilege'] as const)
    assert.equal(exitCodeOfError(code), EXIT.host, code);
});

test('who asks for what the program does not have made a mistake in the command', () => {
  for (const code of ['bad_flag', 'bad_param', 'bad_target', 'target_needed'] as const)
    assert.equal(exitCodeOfError(code), EXIT.usage, code);
});
