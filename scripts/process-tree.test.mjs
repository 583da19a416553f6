import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { descendants, killTree } from './process-tree.mjs';

/** Starts threads that end at once, for as long as it lives, and has two children below one another from the start. */
const THREADS_COME_AND_GO = `
import subprocess, threading
shell = subprocess.Popen(['sh', '-c', 'sleep 4323 & echo $!; wait'], stdout=subprocess.PIPE)
print(f'{shell.pid} {shell.stdout.readline().decode()}', end='', flush=True)
while True:
    threads = [threading.Thread(target=lambda: None) for _ in range(20)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
`;

test('processes below one whose threads come and go are all found, each time', {
  timeout: 60_000,
}, async () => {
  const leader = spawn('python3', ['-c', THREADS_COME_AND_GO], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  const pid = leader.pid ?? assert.fail('python3 did not start');
  const ended = once(leader, 'exit');
  try {
    const [line] = await once(leader.stdout.setEncoding('utf8'), 'data');
    const below = line.trim().split(' ').map(Number);
    for (let time = 0; time < 2000; time++) assert.deepEqual(descendants(pid), below, `time ${time}`);
  } finally {
    killTree(pid);
  }
  await ended;
  assert.deepEqual(descendants(pid), [], 'one that has ended has nobody below it');
});
